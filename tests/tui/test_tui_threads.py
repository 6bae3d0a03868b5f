"""The thread that paints neither reads nor writes notes and index: workers do, and post what came of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from kb.tui.app import KbApp
from kb.tui.messages import OpenNote
from kb.tui.screens.links import LinksScreen
from kb.tui.screens.note import NoteScreen
from kb.tui.screens.search import SearchScreen
from kb.tui.widgets.markdown import NoteMarkdown
from tests.tui.interface import drive, ready, send, until

pytestmark = pytest.mark.slow

_FILES = ("open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.remove", "sqlite3.connect")
_watched: list[tuple[int, tuple[Path, ...], list[str]]] = []  # thread, folders, what it did there


def _heard(event: str, details: tuple[object, ...]) -> None:
    if not _watched or event not in _FILES:
        return
    thread, folders, done = _watched[-1]
    if threading.get_ident() == thread and details and any(str(one) in str(details[0]) for one in folders):
        done.append(f"{event} {details[0]}")


@contextmanager
def what_this_thread_does_in(*folders: Path) -> Iterator[list[str]]:
    """Everything that this thread opens, lists or changes below `folders`."""
    if not getattr(_heard, "is_hooked", False):
        sys.addaudithook(_heard)  # it stays for the life of the process, and hears nothing unless asked
        _heard.is_hooked = True
    done: list[str] = []
    _watched.append((threading.get_ident(), folders, done))
    try:
        yield done
    finally:
        _watched.pop()


def test_the_check_hears_this_thread_and_no_other(tmp_path: Path) -> None:
    with what_this_thread_does_in(tmp_path) as done:
        worker = threading.Thread(target=(tmp_path / "other").write_text, args=("x",))
        worker.start()
        worker.join()
        assert not done
        (tmp_path / "own").write_text("x")
        assert len(done) == 1


def test_no_file_of_notes_or_index_is_touched_by_the_thread_that_paints(app: KbApp, folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        with what_this_thread_does_in(folder / "vault", folder / "index") as done:
            await ready(pilot)
            await send(pilot, "When was oolong first made?")
            await pilot.press("ctrl+f", *"kettle")
            await until(pilot, lambda: isinstance(app.screen, SearchScreen) and bool(app.screen._hits))
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._links is not None)
            await pilot.press("m")
            await until(pilot, lambda: any(app.screen.query_one(NoteMarkdown)._links()))
            await pilot.press("tab", "enter")
            await until(pilot, lambda: app.screen.path != "Kettle.md" and app.screen._links is not None)
            await pilot.pause(1.2)  # a look at the open note's file
            await pilot.press("escape", "escape", "f3")
            await until(pilot, lambda: isinstance(app.screen, LinksScreen) and bool(app.screen._queue))
            await until(pilot, lambda: app.screen.query_one(OptionList).highlighted is not None)
            await pilot.press("a", "u", "escape", "ctrl+s")
            app.post_message(OpenNote("Tea/Oolong.md"))
            await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._links is not None)
        assert not done

    drive(app, steps)
