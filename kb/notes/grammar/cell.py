"""The cells of a table's row, as stretches of the note."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.notes.note import Span

# A bar in a wiki link was meant for its label; one behind a backslash is text.
_PART = re.compile(r"\\.|!?\[\[[^\[\]\r\n]*+\]\]|\|")


def cells(text: str, row: Span) -> Iterator[Span]:
    """Each cell between two bars, empty ones left out."""
    start = row.start
    for part in _PART.finditer(text, row.start, row.end):
        if part[0] == "|":
            if part.start() > start:
                yield Span(start, part.start())
            start = part.end()
    if start < row.end:
        yield Span(start, row.end)
