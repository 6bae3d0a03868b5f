"""The first screen waits for nothing that it does not show."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.terminal import Terminal

# Settings are the first thing that is loaded after it.
AFTERWARDS = (
    "chromadb", "kb.cli.app", "kb.knowledge_base", "llama_cpp", "markdown_it", "numpy", "pydantic", "regex", "sqlite3",
    "torch", "typer", "yaml",
)  # fmt: skip
PROGRAM = f"""
import os, sys, time
def heard(event, arguments):
    if event == "import" and arguments[0] == "kb.settings":
        loaded = [name for name in {AFTERWARDS!r} if name in sys.modules]
        time.sleep(1)  # a thread of Textual's writes the screen
        os.write(1, " ".join(["LOADED", *loaded, "END"]).encode())
        os._exit(0)
sys.addaudithook(heard)
from kb.cli import main
main()
"""


def test_the_first_paint_waits_for_nothing_but_itself(tmp_path: Path) -> None:
    with Terminal([sys.executable, "-c", PROGRAM], tmp_path) as terminal:
        terminal.wait_for("Ask your notes")
        terminal.wait_for("LOADED")
        terminal.wait_for("END")
    assert terminal.shown.rpartition("LOADED")[2].partition("END")[0].split() == []
