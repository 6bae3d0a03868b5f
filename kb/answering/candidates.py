"""What may answer: for each section, the blocks where the reader sees the answer, with the answer's own words.

The unit is what a person would point at: an item, a row with its header, a sentence, or the whole list, its steps or its
code where the answer is all of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from kb.answering.intent import Intent
from kb.answering.names import missing_names
from kb.answering.question import Question
from kb.answering.sections import Section
from kb.answering.words import words_of
from kb.injection.sentences import asks_about_injection
from kb.notes.answer_blocks import AnswerBlock, plain_block
from kb.notes.note import Span
from kb.notes.plain import plain_text
from kb.reading.reading import Answer, Reading
from kb.text.days import after_entry_day, entry_day


class Features(NamedTuple):
    """What speaks for a candidate; all but the first lie in [0, 1]."""

    reader: float  # logit: the span's and the passage's, see Reading.scored
    passage: float  # score of its passage in the search
    note: float  # the best score of its note
    headed: float  # share of the question that title and headings hold

    @property
    def log_odds(self) -> float:
        """Of its block holding the answer."""
        return INTERCEPT + sum(weight * value for weight, value in zip(WEIGHTS, self, strict=True))


# Their proportions were set by hand, their size was fitted by `python -m tests.bench.calibrate_reader`. A share of words
# that the block itself holds gained .004 of area, and would turn away questions in another language than the note.
WEIGHTS = Features(0.649, 0.974, 0.649, 0.649)
INTERCEPT = -2.827
_NAMELESS = 1.2  # log odds that a section loses for each name of the question that it does not hold …
_MOST_MISSING = 2  # … at most so often
NOTHING_KNOWN = Features(0.0, 0.0, 0.0, 0.0)
_LINK = re.compile(r"!?\[\[[^\[\]\n]*\]\]")
_MIN_WORDS = 2  # beside its links, below which a stretch only points elsewhere
_PARTS = 4  # answers looked for in one section
_WHOLE_MARGIN = 3.0  # logits by which a whole list may fall behind its best item and still be the answer
_SHORT_LIST = 420  # characters up to which a list of steps is always shown whole
_SHORT_PARAGRAPH = 260  # characters up to which a paragraph is shown whole
_POINTS_BACK = (
    "he she it they his her its their this that these those er sie es dies diese dieser ihr sein il elle ils elles "
    "ce cela él ella ellos esto esta 他 她 它 这"
).split()


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
    def source(self) -> str:
        """As it stands in the note."""
        return self.section.text[self.span.start : self.span.end]

    @property
    def text(self) -> str:
        """Without markup; a table's row under its header."""
        own = plain_block(self.section.text, self.block, self.span).strip()
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
    question: Question, intent: Intent, sections: Sequence[Section], readings: Sequence[Reading]
) -> list[Candidate]:
    """All that may answer `question`, the likeliest first."""
    found: list[Candidate] = []
    may_quote_orders = asks_about_injection(question.text)
    for section, reading in zip(sections, readings, strict=True):
        headed = words_of(section.head)
        missing = missing_names(question.text, f"{section.head}\n{section.text}")[:_MOST_MISSING]
        hidden = () if may_quote_orders else section.orders
        for candidate in _in_section(section, reading, intent, hidden):
            features = Features(
                reader=candidate.score,
                passage=section.score,
                note=section.note_score,
                headed=question.coverage(headed),
            )
            score = features.log_odds - _NAMELESS * len(missing)
            found.append(replace(candidate, features=features, score=score))
    found.sort(key=lambda candidate: -candidate.score)
    return found


def _in_section(
    section: Section, reading: Reading, intent: Intent, hidden: Sequence[Span]
) -> list[Candidate]:
    """The best stretches of a section that overlap neither each other nor what is `hidden`."""
    scored: list[tuple[float, AnswerBlock, Answer]] = []
    for number, block in enumerate(section.blocks):
        following = section.blocks[number + 1] if number + 1 < len(section.blocks) else None
        if following and _only_leads(section, block, following):
            continue
        for part in block.parts:
            # The day that an entry begins with says when it was written, not what it says.
            start = part.span.start + after_entry_day(section.text[part.span.start : part.span.end])
            if answer := reading.best(start, part.span.end):
                scored.append((answer.logit, block, answer))
        if len(block.parts) > 1 and block.kind in ("list", "steps", "code"):
            body = block.body
            logit = reading.stretch(body.start, body.end)
            scored.append((logit, block, Answer(body.start, body.end, logit)))
        elif len(block.parts) > 1 and (answer := reading.best(block.body.start, block.body.end)):
            scored.append((answer.logit, block, answer))
    scored.sort(key=lambda row: -row[0])
    found: list[Candidate] = []
    for logit, block, answer in scored:
        if touches(Span(answer.start, answer.end), hidden):
            continue
        first, last = block.part_at(answer.start, answer.end)
        if _only_points(section.text[block.parts[first].span.start : block.parts[last].span.end]):
            continue
        candidate = _candidate(section, reading, intent, block, answer, logit)
        if touches(candidate.span, hidden):  # the block holds orders: its part alone may be shown
            span = Span(block.parts[first].span.start, block.parts[last].span.end)
            candidate = replace(candidate, span=span, whole=False)
        if touches(candidate.span, hidden) or touches(candidate.span, [other.span for other in found]):
            continue
        found.append(candidate)
        if len(found) == _PARTS:
            break
    return found


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
    span, whole = _extent(section, reading, intent, block, answer)
    short = plain_block(section.text, block, Span(answer.start, answer.end)).strip()
    return Candidate(
        section=section,
        block=block,
        span=span,
        short=short,
        features=NOTHING_KNOWN,
        score=reading.scored(logit),
        day=entry_day(section.text[span.start : span.end]) or section.day,
        whole=whole,
    )


def _extent(
    section: Section, reading: Reading, intent: Intent, block: AnswerBlock, answer: Answer
) -> tuple[Span, bool]:
    """How much of `block` is shown for `answer`, and whether that is all of it."""
    first, last = block.part_at(answer.start, answer.end)
    parts = block.parts
    if block.kind == "code":
        return block.span, True
    if block.kind == "properties":
        return Span(parts[first].span.start, parts[last].span.end), False
    if block.kind == "table":
        if intent.wants_all or intent.compares or intent.counts:
            return block.span, True
        return Span(parts[first].span.start, parts[last].span.end), False
    if block.kind in ("list", "steps"):
        if _is_whole(reading, intent, block, answer, first, last):
            return block.span, True
        last = max(last, block.subtree(first))
        return Span(parts[first].span.start, parts[last].span.end), False
    if intent.wants_all or intent.wants_steps:
        return block.span, True
    if _is_jotted(section.text, block):
        first, last = _line(section.text, block, first, last)
    elif block.span.end - block.span.start <= _SHORT_PARAGRAPH:
        return block.span, True
    first = _antecedent(section, block, first)
    return Span(parts[first].span.start, parts[last].span.end), first == 0 and last == len(parts) - 1


def _is_whole(
    reading: Reading,
    intent: Intent,
    block: AnswerBlock,
    answer: Answer,
    first: int,
    last: int,
) -> bool:
    if len(block.parts) == 1:
        return True
    if last - first >= max(1, len(block.parts) // 2):
        return True
    if block.kind == "steps" and (intent.wants_steps or block.span.end - block.span.start <= _SHORT_LIST):
        return True
    logit = reading.stretch(block.body.start, block.body.end)
    margin = _WHOLE_MARGIN if not (intent.wants_all or intent.wants_steps) else 4 * _WHOLE_MARGIN
    return logit >= answer.logit - margin and (intent.wants_all or intent.wants_steps or logit > 0)


def _is_jotted(text: str, block: AnswerBlock) -> bool:
    """Whether a paragraph is several lines that each say a thing of their own: no sentence goes over a line's end."""
    if "\n" not in text[block.span.start : block.span.end].strip():
        return False
    return not any("\n" in text[part.span.start : part.span.end].strip() for part in block.parts)


def _line(text: str, block: AnswerBlock, first: int, last: int) -> tuple[int, int]:
    """The sentences from `first` to `last`, with the others of their lines."""
    parts = block.parts
    while first and "\n" not in text[parts[first - 1].span.end : parts[first].span.start]:
        first -= 1
    while last + 1 < len(parts) and "\n" not in text[parts[last].span.end : parts[last + 1].span.start]:
        last += 1
    return first, last


def _antecedent(section: Section, block: AnswerBlock, first: int) -> int:
    """The sentence from which that at `first` can be understood: one before it, where it begins with "he"."""
    part = block.parts[first].span
    opening = section.text[part.start : part.end].lstrip("*_> ").split(maxsplit=1)
    if first and opening and opening[0].casefold().strip(".,") in _POINTS_BACK:
        return first - 1
    return first


def touches(span: Span, others: Sequence[Span]) -> bool:
    """Whether `span` overlaps one of `others`."""
    return any(span.start < other.end and other.start < span.end for other in others)
