"""Whatever a widget is given to show, no screen hands on what a terminal would obey."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region
from textual.widgets import Static

from kb.tui.app import KbApp
from kb.tui.pick import PickApp
from kb.tui.safe_screen import SafeApp
from tests.hardening.hostile_vault import EVIL


class _Shows(SafeApp[None]):
    def compose(self) -> ComposeResult:
        yield Static(Content(f"a {EVIL} b"))
        yield Static(Content.from_markup(f"[link='https://evil.example/{'x' * 9}']here[/link]"))


def test_every_interface_of_kb_is_safe() -> None:
    assert issubclass(KbApp, SafeApp)
    assert issubclass(PickApp, SafeApp)


def test_no_line_of_a_screen_holds_a_control() -> None:
    async def look() -> str:
        app = _Shows()
        async with app.run_test(size=(80, 12)) as pilot:
            await pilot.pause()
            strips = [strip for one in app.query(Static) for strip in one.render_lines(Region(0, 0, 80, 4))]
            return "".join(
                segment.text + str(segment.style and segment.style.link)
                for strip in strips
                for segment in strip
            )

    shown = asyncio.run(look())
    assert "EVIL" in shown
    assert "here" in shown
    assert "evil.example" not in shown
    assert all(character.isprintable() for character in shown)
