"""A study evening in a real terminal: index, ask, follow a citation, quiz, tutor, accept a link, leave."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import run_kb, write_notes
from tests.tui.interface import NOTES
from tests.tui.tmux import Tmux

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    write_notes(tmp_path / "notes", NOTES)
    assert run_kb("init", "notes", cwd=tmp_path).returncode == 0
    opened = Tmux(tmp_path)
    yield opened
    opened.close()


def test_a_study_evening(terminal: Tmux, tmp_path: Path) -> None:
    terminal.shows("Ask your notes")
    terminal.shows("up to date", "5 notes", seconds=90)

    terminal.type("When was oolong first made?")
    terminal.shows("1725", "[1]", "Tea/Oolong.md")
    terminal.type("/1")
    terminal.shows("Linked from", "1725", "esc Close")
    terminal.press("Escape")
    terminal.shows("Ask your notes")

    terminal.type("/mode quiz")
    terminal.shows("Quiz:")
    terminal.type("Tea/")
    terminal.shows("1 of ")
    terminal.type("/reveal")
    terminal.shows("The note's answer")
    terminal.press("1")
    terminal.shows("2 of ")
    terminal.type("/quit")
    terminal.shows("Session finished")

    terminal.type("/mode tutor")
    terminal.shows("Tutor:")
    terminal.type("Oolong")
    terminal.shows("hint 0/")
    terminal.type("I have no idea")
    terminal.shows("hint 1/")
    terminal.type("/quit")
    terminal.shows("to your reviews", "Session finished")

    terminal.press("F3")
    terminal.shows("Accept", "Diary.md")
    terminal.press("a")
    diary = tmp_path / "notes" / "Diary.md"
    end = time.monotonic() + 20
    while diary.read_text() == NOTES["Diary.md"]:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert "[[" in diary.read_text()
    terminal.press("Escape")
    terminal.shows("Tutor: note, #tag")

    terminal.press("C-q")
    terminal.shows("kb ended with 0")
    reviews = list((tmp_path / "notes" / ".kb" / "reviews").glob("*"))
    assert reviews
    assert "Undone: a link in Diary.md" in run_kb("undo", cwd=tmp_path).stdout
    assert diary.read_text() == NOTES["Diary.md"]


def test_a_window_that_is_closed_leaves_the_index_whole(terminal: Tmux, tmp_path: Path) -> None:
    terminal.shows("up to date", seconds=90)
    terminal.close()
    end = time.monotonic() + 60
    while (done := run_kb("index", cwd=tmp_path)).returncode:  # it is still leaving
        assert "writing the index" in done.stderr
        assert time.monotonic() < end
        time.sleep(0.5)
    assert "rebuilt" not in done.stderr
