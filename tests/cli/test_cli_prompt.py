"""What a person writes or pastes at a prompt, on a real terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal

READ_TWO = (
    "import sys\nfrom kb.cli.prompt import read_line\n"
    "for _ in range(2):\n    sys.stderr.write(f'GOT {read_line(\"ask> \")!r}\\n')\n"
)
BEGIN, END = "\x1b[200~", "\x1b[201~"


@pytest.mark.parametrize("redirected", [False, True], ids=["terminal", "stdout in a file"])
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("What plays Otto?\r", "What plays Otto?"),
        (
            f"{BEGIN}What plays Otto,\rand where was he born?{END}\r",
            "What plays Otto, and where was he born?",
        ),
        (f"{BEGIN}one\ntwo\n\nthree\n{END}\r", "one two three"),
        ("one\ntwo\nthree\n", "one two three"),
    ],
)
def test_what_is_pasted_is_one_line(tmp_path: Path, typed: str, read: str, redirected: bool) -> None:
    with (
        (tmp_path / "out").open("w") as file,
        Terminal([sys.executable, "-c", READ_TWO], stdout=file if redirected else None) as terminal,
    ):
        for text, got in ((typed, read), ("after\r", "after")):
            terminal.wait_for("ask> ")
            terminal.type(text)
            terminal.wait_for(f"GOT {got!r}")
        assert terminal.end() == 0
