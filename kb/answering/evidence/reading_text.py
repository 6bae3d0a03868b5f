"""A section as the reader is given it: each cell of a table under the name of its column, and without what is struck out.

A row far below its header says nothing by itself: "| Karim | 27 August |" is read as "Karim | birthday: 27 August". What
stands between "~~" holds no longer.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.notes.answer_blocks import AnswerBlock, struck_out
from kb.notes.note import Span
from kb.reading.reading import Reading, Text

_MOST_COLUMNS = 12  # of a wider table, cells are read without their columns' names
_LONGEST_NAME = 40  # characters of a column's name


@dataclass(frozen=True, slots=True)
class ReadingText:
    """A text for the reader, and where its characters stand in the section."""

    text: Text
    starts: tuple[int, ...] = ()  # where each stretch copied from the section begins in the text …
    sources: tuple[int, ...] = ()  # … and in the section …
    lengths: tuple[int, ...] = ()  # … and its length; empty when the text is the section as it stands

    def in_section(self, reading: Reading) -> Reading:
        """`reading` with its tokens placed in the section; those of names that were put in are left out."""
        if not self.starts:
            return reading
        kept, starts, ends = [], [], []
        for number, (start, end) in enumerate(zip(reading.starts, reading.ends, strict=True)):
            piece = bisect_right(self.starts, start) - 1
            if piece < 0 or end > self.starts[piece] + self.lengths[piece]:
                continue
            moved = self.sources[piece] - self.starts[piece]
            kept.append(number)
            starts.append(start + moved)
            ends.append(end + moved)
        chosen = np.array(kept, dtype=np.int64)
        return Reading(
            tuple(starts),
            tuple(ends),
            reading.start_logits[chosen],
            reading.end_logits[chosen],
            reading.answerable,
        )


def reading_text(section: str, head: str, blocks: Sequence[AnswerBlock]) -> ReadingText:
    """The text of a section for the reader."""
    names = dict(cell for block in blocks if block.kind == "table" for cell in _cells(section, block))
    struck = [span for block in blocks if block.kind != "code" for span in struck_out(section, block.span)]
    if not names and not struck:
        return ReadingText(Text(section, head))
    text, starts, sources, lengths = "", [], [], []
    cuts = sorted({0, len(section), *names, *(place for span in struck for place in (span.start, span.end))})
    gone = {span.start for span in struck}
    for start, end in itertools.pairwise(cuts):
        text += names.get(start, "")
        if start not in gone:
            starts.append(len(text))
            sources.append(start)
            lengths.append(end - start)
            text += section[start:end]
    return ReadingText(Text(text, head), tuple(starts), tuple(sources), tuple(lengths))


def _cells(section: str, block: AnswerBlock) -> list[tuple[int, str]]:
    """Where the cells of a table's rows begin, the first of each row aside, and the column's name to stand there."""
    if block.lead is None:
        return []
    names = [section[start:end] for start, end in cells_of(section, block.lead)]
    if len(names) > _MOST_COLUMNS:
        return []
    found = []
    for part in block.parts:
        cells = cells_of(section, part.span)
        for (start, end), name in list(zip(cells, names, strict=False))[1:]:
            if start < end and name:
                found.append((start, f"{name[:_LONGEST_NAME]}: "))
    return found


def cells_of(section: str, row_span: Span) -> list[tuple[int, int]]:
    """Where the cells of a table's row stand, without the blanks around them."""
    start, end = row_span.start, row_span.end
    row = section[start:end]
    begin = start + len(row) - len(row.lstrip(" \t>"))
    if section[begin : begin + 1] == "|":
        begin += 1
    cells = []
    place = begin
    while place < end:
        bar = place
        while (bar := section.find("|", bar, end)) > 0 and section[bar - 1] == "\\":
            bar += 1
        stop = bar if bar >= 0 else end
        cell = section[place:stop]
        first = place + len(cell) - len(cell.lstrip())
        cells.append((first, max(first, place + len(cell.rstrip()))))
        place = stop + 1
    return cells
