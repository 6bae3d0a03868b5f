"""Marks within a note's text that are no links: footnotes, tags, properties."""

from __future__ import annotations

import re

from kb.plugin_api import Note, Span

_FOOTNOTE = re.compile(r"\[\^([^\[\]\s]++)\]")
_DEFINED = re.compile(r"^[ \t>]*\[\^([^\[\]\s]++)\]:", re.MULTILINE)


def footnotes(note: Note) -> list[tuple[str, Span]]:
    """(label, place) of each footnote's text."""
    return [
        (match[1], Span(*match.span(1)))
        for match in _DEFINED.finditer(note.text, note.body.start)
        if not any(code.start <= match.start() < code.end for code in note.code)
    ]


def footnote_at(note: Note, offset: int) -> str | None:
    """The label of the footnote whose mark holds `offset`."""
    start = note.text.rfind("\n", 0, offset) + 1
    for match in _FOOTNOTE.finditer(note.text, start):
        if match.start() > offset:
            break
        if match.end() >= offset:
            return match[1]
    return None
