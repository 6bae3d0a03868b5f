"""The command palette: everything the interface can do, in kb's own words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from kb.tui.theme import DARK, LIGHT

if TYPE_CHECKING:
    from kb.tui.app import KbApp


def commands(app: KbApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """What can be done from `screen`."""
    if screen is app.main:
        yield from app.main.commands()
    yield SystemCommand("Search", "Find passages while typing", app.action_search)
    yield SystemCommand("Open note", "Find a note by its title", app.action_switch_note)
    yield SystemCommand("Today's note", "Open or create it", app.action_daily)
    yield SystemCommand("Suggested links", "Review suggested links", app.action_links)
    for panel in app.panels.values():
        yield SystemCommand(panel.title, "A plugin's panel", partial(app.open_panel, panel))
    yield SystemCommand("Settings", "See and change them", app.action_settings)
    other, name = (LIGHT, "Light") if app.current_theme.dark else (DARK, "Dark")
    yield SystemCommand(f"{name} theme", "Use this theme from now on", partial(app.choose_theme, other))
    yield SystemCommand("Keys", "All keys and what they do", app.action_help)
    yield SystemCommand("Error log", "Errors in this session", app.action_log)
    yield SystemCommand("Leave", "Close kb; finished work is kept", app.action_quit)
