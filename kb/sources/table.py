"""CSV: rows with the header above each, so that every row says what its cells are."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import BinaryIO

from kb.notes.decode import NotText, decode
from kb.notes.extract import Extract
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Unreadable

_MOST_BYTES = 5_000_000
_MOST_ROWS = 5_000
_FEW = 300  # rows that are each a place of their own; of more, some together
_TOGETHER = 10
_LONGEST_CELL = 2_000  # characters
_DELIMITERS = ",;\t|"


def read(file: BinaryIO, asked: Asked, /) -> Extract:
    """The rows of the table in `file`. Raises Unreadable."""
    data = file.read(_MOST_BYTES + 1)
    try:
        text = decode(data[:_MOST_BYTES]).text
    except NotText as error:
        raise Unreadable(f"is {error}") from error
    rows = _rows(text, "\t" if asked.name.lower().endswith(".tsv") else "")
    if not rows:
        raise Unreadable("holds no rows")
    header, body = rows[0], rows[1 : _MOST_ROWS + 1]
    found = MarkdownText()
    step = 1 if len(body) <= _FEW else _TOGETHER
    for first in range(0, len(body), step):
        found.place("row", first + 2)  # as spreadsheets count, the header is the first
        found.table([header, *body[first : first + step]])
    if not body:
        found.place("row", 1)
        found.table([header])
    is_cut = len(rows) > _MOST_ROWS + 1 or len(data) > _MOST_BYTES
    return found.extract(problems=(f"Only its first {len(body):,} rows are read.",) if is_cut else ())


def _rows(text: str, delimiter: str) -> list[list[str]]:
    sample = text[:20_000]
    counts = {one: sample.count(one) for one in _DELIMITERS}
    chosen = delimiter or max(counts, key=lambda one: counts[one])
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=chosen)
        rows = islice((row for row in reader if any(cell.strip() for cell in row)), _MOST_ROWS + 2)
        return [[cell[:_LONGEST_CELL] for cell in row[:200]] for row in rows]
    except csv.Error as error:
        raise Unreadable(f"is not a table: {error}") from error
