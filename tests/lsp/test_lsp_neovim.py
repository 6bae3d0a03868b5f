"""docs/editors.md in the real Neovim, without a screen: its recipe is the configuration, its transcript is typed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="the language server's own extra is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed"),
]

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")
RECIPE = re.search(r"## Neovim\n.*?```lua\n(.*?)```", PAGE, re.DOTALL)
STEPS = re.findall(r"```(keys|note|problems|file)\n(.*?)```", PAGE, re.DOTALL)
WAIT_SECONDS = 60.0


class Neovim:
    """A running editor, told what to type from outside."""

    def __init__(self, base: Path, name: str) -> None:
        assert RECIPE is not None
        init = base / "init.lua"
        init.write_text(f"vim.g.loaded_matchparen = 1\n{RECIPE[1]}", encoding="utf-8")
        self.socket = str(base / "nvim.sock")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.process = subprocess.Popen(
            ["nvim", "--headless", "--listen", self.socket, "-n", "-u", str(init), name],
            cwd=base / "vault",
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait(lambda: Path(self.socket).exists())
        self.wait(lambda: self.value("len(luaeval('vim.lsp.buf_get_clients(0)'))") not in ("", "0"))

    def _remote(self, *words: str) -> str:
        done = subprocess.run(
            ["nvim", "--server", self.socket, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        return (done.stdout or done.stderr).strip()

    def type(self, keys: str) -> None:
        self._remote("--remote-send", keys)

    def value(self, expression: str) -> str:
        return self._remote("--remote-expr", expression)

    def wait(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < end, "it did not come"
            time.sleep(0.2)

    def text(self) -> str:
        return "\n".join(json.loads(self.value("json_encode(getline(1, '$'))") or "[]"))

    def problems(self) -> str:
        return self.value(
            "join(luaeval('vim.tbl_map(function(one) return one.message end, vim.diagnostic.get(0))'), \"\\n\")"
        )


@pytest.fixture
def neovim(lsp_base: Path) -> Iterator[Neovim]:
    started = Neovim(lsp_base, "Cold brew.md")
    yield started
    started.type("<Esc>:qall!<CR>")
    started.process.wait(WAIT_SECONDS)


def test_the_transcript_of_the_page_is_what_neovim_does(neovim: Neovim) -> None:
    assert [kind for kind, _ in STEPS].count("keys") >= 4
    for kind, block in STEPS:
        wanted = block.strip("\n")
        if kind == "keys":
            for line in wanted.splitlines():
                neovim.type(line)
                if line.endswith("<C-o>"):
                    neovim.wait(lambda: neovim.value("getline('.')").endswith("]]"))
        elif kind == "note":
            neovim.wait(lambda wanted=wanted: neovim.text().rstrip() == wanted)
        elif kind == "problems":
            neovim.wait(lambda wanted=wanted: wanted in neovim.problems())
        else:
            neovim.wait(lambda wanted=wanted: neovim.value("expand('%:t')") == wanted)
