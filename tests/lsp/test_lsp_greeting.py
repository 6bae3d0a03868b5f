"""The first answer comes before the server is loaded; it must be the server's own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import loaded_by

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")

CLIENTS = {
    "nothing": {},
    "all": {
        "general": {"positionEncodings": ["utf-32", "utf-8"]},
        "textDocument": {"rename": {"prepareSupport": True}},
        "workspace": {"fileOperations": {"willRename": True, "didRename": True}},
    },
    "unknown units": {"general": {"positionEncodings": ["utf-7"]}},
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_the_greeting_is_what_the_server_would_answer(
    client: Any, lsp_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kb_plugins.lsp.greeting import result
    from kb_plugins.lsp.server import make_server

    from kb.cli.options import CliContext

    monkeypatch.chdir(lsp_base)
    chosen = CliContext()
    server = make_server(chosen, chosen.knowledge_base())
    made = io.BytesIO()
    server.protocol.set_writer(made)  # type: ignore[arg-type]
    params = {"processId": None, "rootUri": None, "capabilities": client}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    server.protocol.handle_message(
        json.loads(json.dumps(message), object_hook=server.protocol.structure_message)
    )
    answer = json.loads(made.getvalue().partition(b"\r\n\r\n")[2])
    assert answer["result"] == result(params)


def test_the_first_answer_waits_for_nothing_heavy() -> None:
    program = "import kb_plugins.lsp.command, kb_plugins.lsp.greeting"
    assert loaded_by(program, "numpy", "lsprotocol", "pygls", "markdown_it", "sqlite3") == []


def test_the_server_leaves_without_a_word(lsp_base: Path) -> None:
    def message(**what: object) -> bytes:
        body = json.dumps({"jsonrpc": "2.0", **what}).encode()
        return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

    params: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
    said = message(id=1, method="initialize", params=params) + message(id="two", method="shutdown")
    done = subprocess.run(
        [sys.executable, "-m", "kb", "lsp"],
        cwd=lsp_base,
        input=said + message(method="exit"),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b'"capabilities"') == 1
    assert b'"two"' in done.stdout
