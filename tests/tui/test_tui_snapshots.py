"""What the screens look like; after a wanted change: pytest tests/tui --snapshot-update."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from kb.tui.app import KbApp
from kb.tui.messages import OpenNote
from tests.tui.interface import ready, send, settings_of, until

pytestmark = pytest.mark.slow

SIZES = [(80, 24), (120, 40), (200, 60)]
THEMES = ["textual-dark", "textual-light"]


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


@pytest.fixture
def look(folder: Path, theme: str, size: tuple[int, int], snap_compare, monkeypatch: pytest.MonkeyPatch):
    """Compares the screen after some steps with what it was."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")

    def compare(steps) -> bool:
        app = KbApp(lambda: settings_of(folder), watch=False)
        app.theme = theme

        async def before(pilot: Pilot[None]) -> None:
            await ready(pilot)
            await pilot.pause()
            await steps(pilot)
            app.main.status.doing = ""  # how long it took differs
            for screen in app.screen_stack:
                for line in screen.query(Input):
                    line.cursor_blink = False
            await pilot.pause()

        return snap_compare(app, terminal_size=size, run_before=before)

    return compare


def test_at_the_start(look) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        pass

    assert look(steps)


def test_an_answer(look) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await send(pilot, "What is the tea plant?")

    assert look(steps)


def test_a_card(look) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await send(pilot, "/mode tutor")
        await send(pilot, "Oolong")

    assert look(steps)


def test_a_search(look) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+f", *"oxidised")
        await until(pilot, lambda: bool(pilot.app.screen._hits))

    assert look(steps)


def test_a_note(look) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        pilot.app.post_message(OpenNote("Kettle.md", 3, "boils water"))
        await until(pilot, lambda: getattr(pilot.app.screen, "_targets", []) != [])

    assert look(steps)


def test_links(look) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("f3")
        await until(pilot, lambda: bool(pilot.app.screen._queue))

    assert look(steps)


def test_help(look) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("f1")

    assert look(steps)
