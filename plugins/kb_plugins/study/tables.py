"""The cells of a table, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.plugin_api import Span, plain_text

_RULE = re.compile(r"[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-*+:?[ \t]*+)++$")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands between two bars."""

    span: Span
    text: str


def rows_of(text: str, span: Span) -> list[Sequence[Cell]]:
    """Header and rows; the rule between them is left out."""
    rows: list[Sequence[Cell]] = []
    start = span.start
    for line in text[span.start : span.end].splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if not _RULE.match(bare) and "|" in bare:
            rows.append(_cells(bare, start))
        start += len(line)
    return rows


def _cells(line: str, start: int) -> Sequence[Cell]:
    inner = line.strip(" \t>")
    offset = start + line.index(inner)
    if inner.startswith("|"):
        inner, offset = inner[1:], offset + 1
    inner = inner.removesuffix("|")
    cells = []
    position = 0
    for part in re.split(r"(?<!\\)\|", inner):
        stripped = part.strip()
        begin = offset + position + (part.index(stripped) if stripped else 0)
        plain = " ".join(plain_text(stripped.replace("\\|", "|")).split())
        cells.append(Cell(Span(begin, begin + len(stripped)), plain))
        position += len(part) + 1
    return cells
