"""The colours of the interface: whatever is written can be read."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from rich.color import Color as Painted
from textual.color import Color
from textual.pilot import Pilot

from kb.tui.app import KbApp
from kb.tui.messages import OpenNote
from kb.tui.screens.note import NoteScreen
from kb.tui.theme import CITATION_COLOURS, DARK, LIGHT, themes
from kb.tui.widgets.note_side import NoteSide
from tests.tui.interface import drive, ready, send, until

AA = 4.5  # the least ratio of WCAG 2.2 for text (1.4.3)
WRITTEN = [
    *("foreground", "primary", "secondary", "accent", "success", "warning", "error"),
    *("text", "text-muted", "text-accent", "text-success", "text-warning", "text-error", "link-color"),
    *(f"cite-{number}" for number in range(1, CITATION_COLOURS + 1)),
]
GROUNDS = ["background", "surface", "panel", "boost", "block-cursor-background", "block-hover-background"]


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def ratio(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.name)
def test_every_colour_of_text_stands_out_from_every_ground(theme: Any) -> None:
    colours = theme.to_color_system().generate() | theme.variables
    low = {
        (text, ground): round(found, 2)
        for text, ground in product(WRITTEN, GROUNDS)
        if (found := ratio(Color.parse(colours[text]), Color.parse(colours[ground]))) < AA
    }
    assert not low


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.name)
def test_the_colours_of_citations_differ(theme: Any) -> None:
    cited = {theme.variables[f"cite-{number}"] for number in range(1, CITATION_COLOURS + 1)}
    assert len(cited) == CITATION_COLOURS


def test_black_on_white_is_as_wcag_says() -> None:
    assert ratio(Color.parse("white"), Color.parse("black")) == pytest.approx(21)
    assert ratio(Color.parse("#767676"), Color.parse("white")) == pytest.approx(4.54, abs=0.01)


def hard_to_read(app: KbApp, within: str = "Screen") -> list[tuple[str, float]]:
    """Words in a part of the screen whose colour is too near their ground, as they are painted."""
    found = []
    area = app.screen.region if within == "Screen" else app.screen.query_one(within).region
    for row, strip in enumerate(app.screen._compositor.render_strips()):
        if not area.y <= row < area.bottom:
            continue  # what lies below a dialog is dimmed, and cannot be used
        for text, style, _ in strip.crop(area.x, area.right):
            if style and any(character.isalnum() for character in text) and style.color and style.bgcolor:
                value = ratio(_colour(style.color), _colour(style.bgcolor))
                if value < AA:
                    found.append((text.strip(), round(value, 2)))
    return found


def _colour(painted: Painted) -> Color:
    return Color(*painted.get_truecolor())


@pytest.mark.slow
@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_whatever_is_on_the_screens_can_be_read(app: KbApp, theme: str) -> None:
    app.theme = theme

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.pause()
        assert not hard_to_read(app)
        await send(pilot, "When was oolong first made?")
        await send(pilot, "Who composed the opera Fidelio?")
        assert not hard_to_read(app)
        await pilot.press(*"/mo")
        await pilot.press("down")
        assert not hard_to_read(app)
        await pilot.press("ctrl+f", *"oxidised")
        await until(pilot, lambda: bool(app.screen._hits))
        assert not hard_to_read(app, "#search")
        await pilot.press("escape")
        app.post_message(OpenNote("Tea/Oolong.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        await until(pilot, lambda: len(app.screen.query_one(NoteSide).targets) > 1)
        await pilot.press("tab")
        assert not hard_to_read(app)

    drive(app, steps)


@pytest.mark.slow
def test_every_theme_can_be_chosen(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app.main.conversation.note("Stopped.", "hint")
        for name in sorted(app.available_themes):
            app.theme = name
            await pilot.pause()
        assert app.current_theme.name == max(app.available_themes)

    drive(app, steps)
