"""A table answers as a table does: by the row that a question names and the column that it asks for.

"When is Karim's birthday?" means one cell of a table of people with a column of birthdays. Where that cell is empty the
table does not know, and no other of its rows does; nor does another row answer for one that the question names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.answering.evidence.reading_text import cells_of
from kb.answering.evidence.sections import Section
from kb.answering.gates.names import names_of
from kb.answering.question.question import Question
from kb.answering.words import content_words, covers, words_of
from kb.notes.answer_blocks import AnswerBlock
from kb.notes.note import Span
from kb.notes.plain import plain_text

_NAMES_ROW = 0.2  # share of a question's weight that the words of the row it names have at least


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a question's row and column cross."""

    section: Section
    block: AnswerBlock
    row: Span
    text: str  # without markup; empty where the table says nothing


def asked_cells(question: Question, section: Section) -> Iterator[Cell]:
    """The cells of the section's tables that `question` asks for by row and column."""
    for block in section.blocks:
        if block.kind != "table" or block.lead is None:
            continue
        header = [section.text[start:end] for start, end in cells_of(section.text, block.lead)]
        rows = [cells_of(section.text, part.span) for part in block.parts]
        for column in _asked_columns(question, header):
            others = [
                [section.text[start:end] for n, (start, end) in enumerate(row) if n != column] for row in rows
            ]
            named = _named_row(question, [" ".join(cells) for cells in others], header)
            if named is None:
                continue
            start, end = rows[named][column] if column < len(rows[named]) else (0, 0)
            text = plain_text(section.text[start:end]).strip(" -–—?")
            yield Cell(section, block, block.parts[named].span, text)


def is_of_another_row(question: Question, section: Section, block: AnswerBlock, span: Span) -> bool:
    """Whether `span`, within one row of a table, leaves out a name of the question that another row is headed by."""
    if block.kind != "table":
        return False
    first, last = block.part_at(span.start, span.end)
    if first != last or span.start < block.parts[first].span.start:
        return False
    own = set(words_of(section.text[span.start : span.end]))
    missing = [name for name in names_of(question.text) if not covers(own, name)]
    cells = cells_of(section.text, block.parts[first].span)
    key = words_of(section.text[cells[0][0] : cells[0][1]]) if cells else []
    asked = content_words(question.text)
    if not any(covers(key, word) for word in asked):  # nothing asks for this row: does something for another?
        missing += [word for word in asked if not covers(own, word)]
    keys = [
        words_of(section.text[cells[0][0] : cells[0][1]])
        for number, part in enumerate(block.parts)
        if number != first and (cells := cells_of(section.text, part.span))
    ]
    return any(covers(key, name) for key in keys for name in missing)


def _asked_columns(question: Question, header: Sequence[str]) -> list[int]:
    """The columns but the first whose whole name stands in the question."""
    asked = set(words_of(question.text))
    names = [content_words(name) for name in header]
    return [
        number
        for number, name in enumerate(names)
        if number and name and all(covers(asked, word) for word in name)
    ]


def _named_row(question: Question, rows: Sequence[str], header: Sequence[str]) -> int | None:
    """The row that holds twice as much of what is asked as any other; words of the header tell none from another."""
    columns = set(words_of(" ".join(header)))
    held = [question.coverage([word for word in words_of(row) if not covers(columns, word)]) for row in rows]
    if not held or max(held) < _NAMES_ROW:
        return None
    best = held.index(max(held))
    others = max((share for number, share in enumerate(held) if number != best), default=0.0)
    return best if 2 * others <= held[best] else None
