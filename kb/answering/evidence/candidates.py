"""What may answer: for each section, the blocks where the reader sees the answer, with the answer's own words.

The unit is what a person would point at: an item, a row with its header, a sentence, or the whole list, its steps or its
code where the answer is all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from kb.answering.evidence.extents import SHORT_PARAGRAPH, extent, is_of_one_thing
from kb.answering.evidence.flash_cards import asks_else, both_sides
from kb.answering.evidence.sections import Section, foreign_to
from kb.answering.evidence.table_cells import asked_cells, is_of_another_row
from kb.answering.gates.names import missing_names
from kb.answering.question.intent import Intent
from kb.answering.question.question import Question
from kb.answering.words import covers, words_of
from kb.injection.sentences import asks_about_injection
from kb.notes.answer_blocks import AnswerBlock, plain_block
from kb.notes.note import Span
from kb.notes.plain import plain_text
from kb.reading.reading import Answer, Reading
from kb.text.days import after_entry_day, entry_day


class Features(NamedTuple):
    """What speaks for a candidate."""

    span: float  # logit of the reader's best span in it
    answerable: float  # logit of the reader for its section
    passage: float  # score of its passage in the search, 0 to 1
    note: float  # the best score of its note, 0 to 1
    headed: float  # share of the question that title and headings hold
    own: float  # share of the question that its own words hold, less that of the candidate that holds most
    section: float  # the same of its whole section
    meaning: float  # cosine of its embedding and the question's
    kind: float  # whether it holds the kind of thing asked for: .5, -.5, or 0 where any will do
    unheld: float  # 1 where its section holds next to nothing of the question, in the question's language
    whole: float  # 1 where it is all of a block of several parts, and no short paragraph
    foreign: float  # 1 where its section is surely in another language than the question
    meaning_abroad: float  # the same cosine where it is, for translations are less alike; else 0
    whole_asked: float  # the same where the question's words ask for all of something

    @property
    def log_odds(self) -> float:
        """Of its block holding the answer."""
        return INTERCEPT + sum(weight * value for weight, value in zip(WEIGHTS, self, strict=True))


# Fitted by `python -m training.calibrate`; what is abroad later, with the others held (`--only foreign,meaning_abroad`): a fit
# of all at once was worse on the folds left out (log loss 465 against 449).
WEIGHTS = Features(
    0.236, -0.0514, 2.32, -2.24, 1.53, -0.17, 2.6, 9.4, 0.112, -0.451, 0.53, -0.918, 4.0, 0.211
)
INTERCEPT = -4.451
_HELD = 0.25  # share of a question below which next to nothing of it is held
_NAMELESS = 1.2  # log odds that a section loses for each name of the question that it does not hold …
_MOST_MISSING = 2  # … at most so often
NOTHING_KNOWN = Features(*[0.0] * len(Features._fields))
_ANOTHER_ROW = 3.0  # log odds that a row loses where the question names another, or its cell is empty
_COUNTS_OTHERS = 1.5  # log odds that a section loses which does not speak of what is to be counted
_CELL = 2.5  # log odds of a cell whose row and column the question names
_LINK = re.compile(r"!?\[\[[^\[\]\n]*\]\]")
_MIN_WORDS = 2  # beside its links, below which a stretch only points elsewhere
_PARTS = 4  # answers of one section that the reader sees …
_PARTS_BY_WORDS = 3  # … and others that hold most of the question's words
_MOST = 20  # candidates of a question
_COMPARED = 10  # of them, whose meaning is compared with the question's: embedding takes time. Others count as the least alike
_COMPARED_TEXT = 400  # characters of each that are compared
_LONGEST_WHOLE = 1_200  # characters of a block that may be shown whole


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of a section that may answer."""

    section: Section
    block: AnswerBlock
    span: Span  # in the section's text
    short: str  # the answer's own words, without markup
    features: Features
    score: float  # log odds that it holds the answer
    day: date | None  # of its entry or heading; None where neither is dated
    whole: bool = False  # all of its block

    @property
    def is_several(self) -> bool:
        """Whether it is all of a block of several parts."""
        return self.whole and len(self.block.parts) > 1

    @property
    def source(self) -> str:
        """As it stands in the note."""
        return self.section.text[self.span.start : self.span.end]

    @property
    def text(self) -> str:
        """Without markup; a table's row under its header, a flash card's two sides one after the other."""
        own = both_sides(plain_block(self.section.text, self.block, self.span).strip())
        if self.block.kind == "table" and self.block.lead and self.span.start > self.block.lead.start:
            head = self.section.text[self.block.lead.start : self.block.lead.end]
            return f"{head.strip()}\n{own}"
        return own

    @property
    def under(self) -> str:
        """What the item stands under, outermost first: its lead-in and the items above it."""
        if self.block.kind not in ("list", "steps") or self.whole:
            return ""
        number, _ = self.block.part_at(self.span.start, self.span.end)
        spans = [self.block.parts[above].span for above in self.block.ancestors(number)]
        if self.block.lead:
            spans.insert(0, self.block.lead)
        names = (plain_text(self.section.text[span.start : span.end]).strip().rstrip(":：") for span in spans)
        return " > ".join(name for name in names if name)


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
        found += _in_section(section, reading, intent, hidden, question)
    asks_all = intent.wants_all or intent.wants_steps or intent.compares or intent.counts
    foreign = foreign_to(question.text, sections)
    found = _by_words(question, found, asks_all, foreign)[:_MOST]
    if not found:
        return []
    told = cosines([f"{item.section.head}\n{item.text}"[:_COMPARED_TEXT] for item in found[:_COMPARED]])
    meanings = [*told, *[min(told)] * (len(found) - len(told))]
    nameless = _nameless(question, found)
    scored = []
    for item, cosine in zip(found, meanings, strict=True):
        features = item.features._replace(meaning=cosine, meaning_abroad=cosine * item.features.foreign)
        score = features.log_odds - _NAMELESS * nameless[id(item.section)]
        if id(item.section) not in foreign and not _speaks_of_counted(question, item.section):
            score -= _COUNTS_OTHERS
        if is_of_another_row(question, item.section, item.block, item.span):
            score -= _ANOTHER_ROW
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
    judged = []
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
        judged.append(replace(item, features=features))
    return sorted(judged, key=lambda item: -item.features.log_odds)


class _Stretch(NamedTuple):
    """A part of a block, or all of it, with what the reader sees in it."""

    block: AnswerBlock
    span: Span  # in the section's text
    answer: Answer


def _is_short(item: Candidate) -> bool:
    """Whether a candidate is a paragraph that is shown whole for its shortness alone."""
    return item.block.kind == "paragraph" and item.span.end - item.span.start <= SHORT_PARAGRAPH


def _in_section(
    section: Section,
    reading: Reading,
    intent: Intent,
    hidden: Sequence[Span],
    question: Question,
) -> list[Candidate]:
    """The best stretches of a section, to the reader and by the share of the question that their words hold.

    They overlap neither each other nor what is `hidden`.
    """
    by_reader = sorted(_stretches(section, reading), key=lambda stretch: -stretch.answer.logit)
    held = [question.coverage(words_of(section.text[one.span.start : one.span.end])) for one in by_reader]
    order = sorted(range(len(held)), key=lambda number: -held[number])
    by_words = [by_reader[number] for number in order if held[number] > 0]
    found: list[Candidate] = []
    for stretches, most in ((by_reader, _PARTS), (by_words, _PARTS + _PARTS_BY_WORDS)):
        for block, _, answer in stretches:
            if len(found) >= most:
                break
            if touches(Span(answer.start, answer.end), hidden):
                continue
            first, last = block.part_at(answer.start, answer.end)
            parts = Span(block.parts[first].span.start, block.parts[last].span.end)
            text = section.text[parts.start : parts.end]
            if _only_points(text) or asks_else(text, question):
                continue
            candidate = _candidate(section, reading, intent, block, answer, answer.logit)
            if touches(candidate.span, hidden):  # the block holds orders: its part alone may be shown
                candidate = replace(candidate, span=parts, whole=False)
            if not touches(candidate.span, [*hidden, *(other.span for other in found)]):
                found.append(candidate)
    known = {item.span for item in found}
    for block in section.blocks:
        if (
            _is_several(section, block)
            and block.span not in known
            and not touches(block.span, hidden)
            and not asks_else(section.text[block.span.start : block.span.end], question)
        ):
            body = block.body
            answer = Answer(body.start, body.end, reading.stretch(body.start, body.end))
            found.append(
                replace(
                    _candidate(section, reading, intent, block, answer, answer.logit),
                    span=block.span,
                    whole=True,
                )
            )
    return found


def _stretches(section: Section, reading: Reading) -> Iterator[_Stretch]:
    for number, block in enumerate(section.blocks):
        following = section.blocks[number + 1] if number + 1 < len(section.blocks) else None
        if following and _only_leads(section, block, following):
            continue
        for part in block.parts:
            # The day that an entry begins with says when it was written, not what it says.
            start = part.span.start + after_entry_day(section.text[part.span.start : part.span.end])
            if answer := reading.best(start, part.span.end):
                yield _Stretch(block, part.span, answer)
        if len(block.parts) > 1 and is_of_one_thing(section, block):
            body = block.body
            if block.kind in ("list", "steps", "code"):
                logit = reading.stretch(body.start, body.end)
                yield _Stretch(block, body, Answer(body.start, body.end, logit))
            elif answer := reading.best(body.start, body.end):
                yield _Stretch(block, body, answer)


def _is_several(section: Section, block: AnswerBlock) -> bool:
    """Whether a block may answer as a whole what asks for several things."""
    size = block.span.end - block.span.start
    return (
        block.kind in ("list", "steps", "table", "paragraph")
        and len(block.parts) > 1
        and size <= _LONGEST_WHOLE
        and is_of_one_thing(section, block)
    )


def _only_points(text: str) -> bool:
    """Whether a stretch but names another note, as in "See [[Token]]."."""
    rest, links = _LINK.subn(" ", text)
    return links > 0 and len(words_of(rest)) < _MIN_WORDS


def _only_leads(section: Section, block: AnswerBlock, following: AnswerBlock) -> bool:
    """Whether a block is but the name of what follows: a heading, or a line without a stop right above a list or table."""
    if block.kind == "heading":
        return True
    text = section.text[block.span.start : block.span.end].rstrip()
    leads = following.kind in ("list", "steps", "table", "code")
    return leads and block.kind == "paragraph" and len(text) <= 60 and text[-1:] not in ".!?。！？"


def _candidate(
    section: Section, reading: Reading, intent: Intent, block: AnswerBlock, answer: Answer, logit: float
) -> Candidate:
    span, whole = extent(section, reading, intent, block, answer)
    short = plain_block(section.text, block, Span(answer.start, answer.end)).strip()
    return Candidate(
        section=section,
        block=block,
        span=span,
        short=short,
        features=NOTHING_KNOWN._replace(span=logit, answerable=reading.answerable),
        score=0.0,
        day=entry_day(section.text[span.start : span.end]) or section.day,
        whole=whole,
    )


def touches(span: Span, others: Sequence[Span]) -> bool:
    """Whether `span` overlaps one of `others`."""
    return any(span.start < other.end and other.start < span.end for other in others)
