"""A comparison that one table answers: the rows that its sides name, one after the other.

"Did I have more attacks in February or in July?" means two rows of one table, and no sentence of either month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kb.answering.evidence.candidate import NOTHING_KNOWN, Candidate
from kb.answering.evidence.reading_text import cells_of
from kb.answering.evidence.sections import Section
from kb.answering.question.question import Question
from kb.answering.words import content_words, covers, words_of
from kb.notes.answer_blocks import AnswerBlock, Part
from kb.text.days import day_in
from kb.text.periods import find_period

_ABOUT = 0.5  # share of the question's words, without its sides, that the table and its headings hold
_ROWS = 3  # of a side, the latest: where rows are days and a side is a month
_SURE = 2.5  # log odds that such rows are the answer


def compared_rows(
    question: Question, sides: Sequence[str], sections: Sequence[Section], today: date
) -> list[Candidate]:
    """The rows that `sides` name, of the first table that names them all and speaks of what is compared; else none."""
    named = {word for side in sides for word in content_words(side)}
    about = [word for word in content_words(question.text) if word not in named]
    for section in sections:
        for block in section.blocks:
            if block.kind != "table" or block.lead is None:
                continue
            words_above = words_of(f"{section.head} {section.text[block.lead.start : block.lead.end]}")
            if sum(covers(words_above, word) for word in about) < _ABOUT * len(about):
                continue
            rows = [list(_rows_of(side, section, block, today))[-_ROWS:] for side in sides]
            if all(rows) and len({part.span for side in rows for part in side}) == sum(map(len, rows)):
                return [
                    Candidate(section, block, part.span, "", NOTHING_KNOWN, _SURE, section.day)
                    for side in rows
                    for part in side
                ]
    return []


def _rows_of(side: str, section: Section, block: AnswerBlock, today: date) -> Iterator[Part]:
    """The rows that `side` names: its words head them, or it is a time and their day lies in it."""
    words = content_words(side)
    period = find_period(f"in {side}", today)
    for part in block.parts:
        cells = cells_of(section.text, part.span)
        if not cells:
            continue
        key = section.text[cells[0][0] : cells[0][1]]
        day = day_in(key)
        key_words = words_of(key)
        if (period and period.holds(day)) or (words and all(covers(key_words, word) for word in words)):
            yield part
