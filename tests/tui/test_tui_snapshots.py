"""What the screens look like, as text; after a wanted change: KB_SCREENS=write pytest tests/tui/test_tui_snapshots.py.

One run of the interface for each size goes through all screens. What a model says is no part of them: answers are
given, and the probabilities of links are left out. Colours are looked at in test_tui_theme.py.
"""

from __future__ import annotations

import difflib
import os
import re
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from kb.tui.app import KbApp
from kb.tui.messages import OpenNote
from kb.tui.screens.note import NoteScreen
from kb.tui.widgets.note_side import NoteSide
from tests.tui.answers import ANSWERED, NOTHING, UNSURE
from tests.tui.interface import drive, ready, settings_of, until

pytestmark = pytest.mark.slow

KEPT = Path(__file__).parent / "screens"
SIZES = [(60, 20), (80, 24), (120, 40)]
PATIENCE = 15.0  # seconds until a screen that differs is called so
DAY = date(2025, 3, 12)
WRITING = os.environ.get("KB_SCREENS") == "write"  # read now: the tests run without the KB_ variables
_AGE = re.compile(r"just now|\d+ (?:minute|hour|day)s? ago|yesterday")


def as_text(app: KbApp) -> str:
    """The screen as it is painted, without its colours; how long ago a note was written differs."""
    lines = ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
    return "\n".join(_AGE.sub(lambda age: "~".ljust(len(age[0])), line).rstrip() for line in lines) + "\n"


class Album:
    """Compares screens with those that are kept, or keeps them."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self.differing: list[str] = []

    async def look(self, pilot: Pilot[None], app: KbApp, name: str) -> None:
        """Compare the screen as it stands now."""
        app.main.status.doing = ""  # how long it took differs
        for screen in app.screen_stack:
            for line in screen.query(Input):
                line.cursor_blink = False
        await pilot.pause()
        await pilot.pause()
        file = KEPT / f"{name}-{self._size[0]}x{self._size[1]}.txt"
        shown = as_text(app)
        if WRITING:
            KEPT.mkdir(exist_ok=True)
            file.write_text(shown, encoding="utf-8")
            return
        if not file.exists():
            self.differing.append(f"{file.name} is not kept: KB_SCREENS=write keeps it")
            return
        kept = file.read_text(encoding="utf-8")
        end = time.monotonic() + PATIENCE
        while shown != kept and time.monotonic() < end:  # a busy machine paints late
            await pilot.pause(0.2)
            shown = as_text(app)
        if shown != kept:
            changes = difflib.unified_diff(
                kept.splitlines(), shown.splitlines(), file.name, "shown", lineterm=""
            )
            self.differing.append("\n".join(changes))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_screen_looks_as_it_was_left(
    folder: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere")  # the help names the file of one's own keys
    app = KbApp(lambda: replace(settings_of(folder), today=DAY), watch=False)
    album = Album(size)

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        home = app.main.conversation.home
        await until(pilot, lambda: bool(home.content.links) and home.content.overview is not None)
        await album.look(pilot, app, "home")
        await pilot.press(*"/mo")
        await album.look(pilot, app, "completion")
        await pilot.press("escape", *["backspace"] * 3)
        conversation = app.main.conversation
        for answer in (NOTHING, UNSURE, ANSWERED):
            conversation.user_said(answer.question)
            conversation.show_answer(answer)
        await album.look(pilot, app, "answer")
        await pilot.press("ctrl+f", *"oxidised")
        await until(pilot, lambda: bool(app.screen._hits))
        await album.look(pilot, app, "search")
        await pilot.press("escape")
        app.post_message(OpenNote("Tea/Oolong.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._note is not None)
        await until(pilot, lambda: len(app.screen.query_one(NoteSide).targets) > 1)
        await until(
            pilot,
            lambda: any(
                "boils water" in str(one.prompt) for one in app.screen.query_one("#note-links").options
            ),
        )
        await album.look(pilot, app, "note")
        await pilot.press("escape", "f1")
        await pilot.pause()
        await album.look(pilot, app, "help")

    drive(app, steps, size)
    assert not album.differing, "\n".join(album.differing)
