"""What the line of the conversation may become: commands after `/`, names of notes after `[[`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kb.tui.screens.choose import matching

if TYPE_CHECKING:
    from kb.plugin_api import Mode
    from kb.tui.reading import NoteEntry

_MOST = 8
_EVERYWHERE = {
    "/home": "the first page",
    "/help": "all commands",
    "/quit": "leave",
}


def offers(
    begun: str, mode: Mode | None, modes: Mapping[str, Mode], notes: Sequence[NoteEntry]
) -> list[tuple[str, str]]:
    """Texts that `begun`, all up to the cursor, may become, each with what it is."""
    if begun.startswith("/"):
        return _commands(begun, mode, modes)
    before, bracket, name = begun.rpartition("[[")
    if not bracket or "]]" in name:
        return []
    rows = [(note.title, note.title, note.path) for note in notes]
    return [(f"{before}[[{title}]]", path) for title, _, path in matching(rows, name)[:_MOST]]


def _commands(begun: str, mode: Mode | None, modes: Mapping[str, Mode]) -> list[tuple[str, str]]:
    known = {command.partition(" ")[0]: what for command, what in (mode.commands if mode else {}).items()}
    known |= {name: what for name, what in _EVERYWHERE.items() if name not in known}
    known |= {f"/mode {name}": one.summary for name, one in modes.items()}
    return _beginning(begun, known.items())


def _beginning(begun: str, known: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(text, what) for text, what in known if text.startswith(begun) and text != begun][:_MOST]
