"""A running `kb serve` over the notes that the MCP server is tested with."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.mcp.conftest import NOTES
from tests.support import run_kb, start_kb, write_notes

HOSTILE = {
    "Evil.md": "# Evil <img src=x onerror=window.bad=1>\n\n<script>window.bad=1</script>\n\n[x](javascript:window.bad=1) "
    "[[Tea|<svg onload=window.bad=1>]] ![p](http://evil.example/p.png)\n\nThe zebra drinks oolong on <b>Sundays</b>.\n"
}


@dataclass
class Server:
    """Where it is, and the token that it takes."""

    address: str
    token: str
    told: str

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.get(self.address + path, params=parameters, headers=headers, timeout=240)

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return httpx.post(self.address + path, json=body, headers=headers, timeout=240)


@contextmanager
def serving(base: Path, *words: str, **variables: str) -> Iterator[Server]:
    """A `kb serve` of its own, on a free port."""
    child = start_kb("serve", "--http", "0", *words, cwd=base, **variables)
    log: list[str] = []
    drain = threading.Thread(target=lambda: log.extend(child.stderr), daemon=True)  # type: ignore[arg-type]
    try:
        told = ""
        while "In a browser" not in told or ("--lan" in words and "encrypted" not in told):
            line = child.stderr.readline()
            assert line, told
            told += line
        drain.start()
        token = re.search(r"Token, for this run: (\S+)", told)
        yield Server(
            re.search(r"Serving at (http://\S+)", told)[1],
            token[1] if token else variables.get("KB_SERVE_TOKEN", ""),
            told,
        )
    finally:
        child.terminate()
        assert child.stdout.read() == ""
        child.wait(60)
        drain.join(60)
        child.stdout.close()
        child.stderr.close()
    assert "Traceback" not in "".join(log)
    assert "oolong" not in "".join(log).lower()


def made_base(folder: Path, settings: str = "") -> Path:
    write_notes(folder / "vault", NOTES | HOSTILE)
    (folder / "kb.toml").write_text(f'vault = "vault"\nindex = "index"\n{settings}', encoding="utf-8")
    (folder / "secret.md").write_text("not a note", encoding="utf-8")
    done = run_kb("index", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def serve_base(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    pytest.importorskip("starlette", reason="the server's own extra is not installed")
    return made_base(tmp_path_factory.mktemp("serve"))


@pytest.fixture(scope="session")
def server(serve_base: Path) -> Iterator[Server]:
    with serving(serve_base) as made:
        yield made
