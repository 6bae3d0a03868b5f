"""What may answer: for each section, the blocks where the reader sees the answer, with the answer's own words.

The unit is what a person would point at: an item, a row with its header, a sentence, or the whole list, its steps or its
code where the answer is all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kb.answering.evidence.candidate import NOTHING_KNOWN, Candidate
from kb.answering.evidence.extents import SHORT_PARAGRAPH
from kb.answering.evidence.sections import Section, foreign_to
from kb.answering.evidence.stretches import in_section
from kb.answering.evidence.table_cells import asked_cells, is_of_another_row
from kb.answering.gates.names import missing_names
from kb.answering.question.contacts import lacks_contact
from kb.answering.question.intent import Intent
from kb.answering.question.question import Question
from kb.answering.words import covers, words_of
from kb.injection.sentences import asks_about_injection
from kb.reading.reading import Reading
from kb.text.days import entry_day

_HELD = 0.25  # share of a question below which next to nothing of it is held
_NAMELESS = 1.2  # log odds that a section loses for each name of the question that it does not hold …
_MOST_MISSING = 2  # … at most so often
_ANOTHER_ROW = 3.0  # log odds that a row loses where the question names another, or its cell is empty
_NO_CONTACT = (
    4.0  # log odds that a candidate loses without an address or number, where a question asks for one
)
_COUNTS_OTHERS = 1.5  # log odds that a section loses which does not speak of what is to be counted
_CELL = 2.5  # log odds of a cell whose row and column the question names
_MOST = 20  # candidates of a question
_COMPARED = 10  # of them, whose meaning is compared with the question's: embedding takes time. Others count as the least alike
_COMPARED_TEXT = 400  # characters of each that are compared


def candidates_of(
    question: Question,
    intent: Intent,
    sections: Sequence[Section],
    readings: Sequence[Reading],
    cosines: Callable[[Sequence[str]], Sequence[float]],
) -> list[Candidate]:
    """What may answer `question`, the likeliest first; `cosines` compares texts with it by their embeddings."""
    found: list[Candidate] = []
    may_quote_orders = asks_about_injection(question.text)
    for section, reading in zip(sections, readings, strict=True):
        hidden = () if may_quote_orders else section.orders
        found += in_section(section, reading, intent, hidden, question)
    asks_all = intent.wants_all or intent.wants_steps or intent.compares or intent.counts
    foreign = foreign_to(question.text, sections)
    found = _by_words(question, found, asks_all, foreign)[:_MOST]
    if not found:
        return []
    known = cosines([f"{item.section.head}\n{item.text}"[:_COMPARED_TEXT] for item in found[:_COMPARED]])
    meanings = [*known, *[min(known)] * (len(found) - len(known))]
    nameless = _nameless(question, found)
    scored = []
    for item, cosine in zip(found, meanings, strict=True):
        features = item.features._replace(meaning=cosine, meaning_abroad=cosine * item.features.foreign)
        score = features.log_odds - _NAMELESS * nameless[id(item.section)]
        if id(item.section) not in foreign and not _speaks_of_counted(question, item.section):
            score -= _COUNTS_OTHERS
        if is_of_another_row(question, item.section, item.block, item.span):
            score -= _ANOTHER_ROW
        if lacks_contact(question.text, item.text):
            score -= _NO_CONTACT
        scored.append(replace(item, features=features, score=score))
    return sorted(_by_cells(question, sections, scored), key=lambda item: -item.score)


def _speaks_of_counted(question: Question, section: Section) -> bool:
    """Whether a section holds the word for what a question asks the number of, where it asks for one."""
    return not question.counted or any(covers(section.words, word) for word in question.counted)


def _by_cells(
    question: Question, sections: Sequence[Section], found: Sequence[Candidate]
) -> Iterator[Candidate]:
    """`found`, and the rows whose cell is asked for by row and column; a table whose cell is empty loses."""
    cells = [cell for section in sections for cell in asked_cells(question, section)]
    empty = {id(cell.block) for cell in cells if not cell.text} - {
        id(cell.block) for cell in cells if cell.text
    }
    rows = {(id(cell.block), cell.row): cell for cell in cells if cell.text}
    for item in found:
        if id(item.block) in empty:
            yield replace(item, score=item.score - _ANOTHER_ROW)
        elif cell := rows.pop((id(item.block), item.span), None):
            yield replace(item, score=max(item.score, _CELL), short=cell.text)
        else:
            yield item
    for cell in rows.values():
        day = entry_day(cell.section.text[cell.row.start : cell.row.end]) or cell.section.day
        yield Candidate(cell.section, cell.block, cell.row, cell.text, NOTHING_KNOWN, _CELL, day)


def _nameless(question: Question, found: Sequence[Candidate]) -> dict[int, int]:
    """For each section, how many of the question's names it lacks, at most _MOST_MISSING."""
    sections = {id(item.section): item.section for item in found}
    return {
        key: min(_MOST_MISSING, len(missing_names(question.text, f"{one.head}\n{one.text}")))
        for key, one in sections.items()
    }


def _by_words(
    question: Question, found: Sequence[Candidate], asks_all: bool, foreign: set[int]
) -> list[Candidate]:
    """`found` with all features but their meaning, the likeliest by them first."""
    own = [question.coverage(words_of(f"{item.under} {item.text}")) for item in found]
    wholes = {id(item.section): item.section for item in found}
    held = {key: question.coverage(one.words) for key, one in wholes.items()}
    headed = {key: question.coverage(one.head_words) for key, one in wholes.items()}
    most, most_held = max(own, default=0.0), max(held.values(), default=0.0)
    weighed = []
    for item, mine in zip(found, own, strict=True):
        key = id(item.section)
        whole = item.is_several and not _is_short(item)
        features = item.features._replace(
            passage=item.section.score,
            note=item.section.note_score,
            headed=headed[key],
            own=0.0 if key in foreign else mine - most,  # its words cannot be those of the question
            section=0.0 if key in foreign else held[key] - most_held,
            kind=question.kind_found(item.text) - 0.5 if question.kind != "other" else 0.0,
            unheld=float(key not in foreign and held[key] < _HELD),
            foreign=float(key in foreign),
            whole=float(whole),
            whole_asked=float(whole and asks_all),
        )
        weighed.append(replace(item, features=features))
    return sorted(weighed, key=lambda item: -item.features.log_odds)


def _is_short(item: Candidate) -> bool:
    """Whether a candidate is a paragraph that is shown whole for its shortness alone."""
    return item.block.kind == "paragraph" and item.span.end - item.span.start <= SHORT_PARAGRAPH
