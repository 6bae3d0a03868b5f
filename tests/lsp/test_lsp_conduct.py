"""How the server behaves towards strangers' settings, other editors, its own log and the network."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")

from tests.lsp.editor import WAIT_SECONDS, Editor  # noqa: E402
from tests.support import run_kb, write_notes  # noqa: E402

NOTES = {"Tea.md": "# Tea\n\nSee [[Oolong]].\n", "Oolong.md": "# Oolong\n\nHalf fermented.\n"}
SECRET = "Zyzzyva quinquagesima"  # words that stand in notes and buffers alone


def made(folder: Path, settings: str = "") -> Path:
    """An indexed knowledge base."""
    write_notes(folder / "vault", NOTES)
    (folder / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    done = run_kb("index", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "kb.toml").write_text(f'vault = "vault"\nindex = "index"\n{settings}', encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_strangers_settings_are_not_followed(tmp_path: Path, own_home: None) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.5)
        port = server.getsockname()[1]
        base = made(tmp_path, f'[models]\nurl = "http://127.0.0.1:{port}/v1"\nserver_model = "theirs"\n')
        editor = Editor(base)
        editor.open("Tea.md")
        found = editor.command("kb.ask", "What is oolong?")
        assert "Half fermented" in found["markdown"]
        with pytest.raises(TimeoutError):
            server.accept()
        editor.quit()


@pytest.mark.slow
def test_two_editors_and_a_watcher_lose_nothing(tmp_path: Path, own_home: None) -> None:
    base = made(tmp_path)
    watcher = subprocess.Popen(
        [sys.executable, "-m", "kb", "watch"], cwd=base, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    editors = [Editor(base), Editor(base)]
    try:
        for number in range(10):
            for who, editor in enumerate(editors):
                path = f"Note {who} {number}.md"
                text = f"# Note {who} {number}\n\nAfter [[Note {1 - who} {number}]] comes [[Tea]].\n"
                editor.open(path, text)
                editor.save(path, text)
        names = {f"Note {who} {number}" for who in (0, 1) for number in range(10)}

        def known(editor: Editor) -> bool:
            found = editor.ask(types.WORKSPACE_SYMBOL, types.WorkspaceSymbolParams("Note"))
            return names <= {one.name for one in found or ()}

        for editor in editors:
            editor.wait(lambda editor=editor: known(editor))
        # What one has typed and not saved is nothing to the other.
        editors[0].change("Note 0 3.md", "# Renamed\n")
        assert known(editors[1])
    finally:
        for editor in editors:
            editor.quit()
        watcher.terminate()
        watcher.wait(WAIT_SECONDS)
    for who in (0, 1):
        for number in range(10):
            told = (base / "vault" / f"Note {who} {number}.md").read_text(encoding="utf-8")
            assert told.endswith("comes [[Tea]].\n")
    assert run_kb("index", cwd=base).returncode == 0
    checked = run_kb("index", "--verify", cwd=base)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_nothing_of_a_note_is_logged(tmp_path: Path, own_home: None) -> None:
    base = made(tmp_path)
    write_notes(base / "vault", {"Secret.md": f"---\nkey: [{SECRET}\n---\n# {SECRET}\n\n[[{SECRET} too]]\n"})
    uri = (base / "vault" / "Secret.md").as_uri()
    document = {"uri": uri, "languageId": "markdown", "version": 1, "text": f"# {SECRET}\n[[{SECRET[:5]}"}
    there = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 6}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        {"id": 2, "method": "textDocument/completion", "params": there},
        {
            "id": 3,
            "method": "textDocument/hover",
            "params": {**there, "position": {"line": 900, "character": 9}},
        },
        {"id": 4, "method": "textDocument/rename", "params": {**there, "newName": f"{SECRET}\n[[x"}},
        {
            "id": 5,
            "method": "workspace/executeCommand",
            "params": {"command": "kb.createNote", "arguments": [7]},
        },
        {"id": 6, "method": "textDocument/hover", "params": {"text": SECRET}},
        {"id": 7, "method": "shutdown"},
        {"method": "exit"},
    ]
    sent = b""
    for message in messages:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        sent += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    state = tmp_path / "state"
    done = subprocess.run(
        [sys.executable, "-m", "kb", "lsp"],
        cwd=base,
        env={**os.environ, "XDG_STATE_HOME": str(state)},
        input=sent,
        capture_output=True,
        check=False,
        timeout=WAIT_SECONDS,
    )
    assert b'"id":7' in done.stdout.replace(b" ", b"")
    assert SECRET.split()[0].encode() not in done.stderr
    for file in state.rglob("*"):
        if file.is_file():
            assert SECRET.split()[0].encode() not in file.read_bytes(), file


@pytest.mark.slow
def test_it_listens_on_this_machine_alone(tmp_path: Path, own_home: None) -> None:
    base = made(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "kb", "lsp", "--tcp", str(port)],
        cwd=base,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert asyncio.run(_greeted(port))["name"] == "kb"
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), timeout=2):
            pass
    finally:
        server.terminate()
        server.communicate(timeout=WAIT_SECONDS)


async def _greeted(port: int) -> dict[str, Any]:
    """What the server at `port` says of itself."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            assert time.monotonic() < end, "it does not listen"
            await asyncio.sleep(0.1)
    params: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
    writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_SECONDS)
    length = int(head.split(b"Content-Length:")[1].split(b"\r\n")[0])
    answer = json.loads(await asyncio.wait_for(reader.readexactly(length), WAIT_SECONDS))
    writer.close()
    return answer["result"]["serverInfo"]


def test_without_its_packages_one_sentence_says_so(small_base: Path) -> None:
    program = (
        "import importlib.util as util, sys\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'pygls' else find(name, *more)\n"
        "sys.argv = ['kb', 'lsp']\n"
        "from kb.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=small_base, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert 'pip install "kb-notes[lsp]"' in done.stderr
    assert "Traceback" not in done.stderr
