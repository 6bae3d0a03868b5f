"""Which stretches of a section may answer: items, rows, sentences and whole blocks where the reader sees an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from kb.answering.evidence.candidate import NOTHING_KNOWN, Candidate, touches
from kb.answering.evidence.extents import extent, is_of_one_thing
from kb.answering.evidence.flash_cards import asks_else
from kb.answering.evidence.sections import Section
from kb.answering.question.intent import Intent
from kb.answering.question.question import Question
from kb.answering.words import words_of
from kb.notes.answer_blocks import AnswerBlock, plain_block
from kb.notes.note import Span
from kb.reading.reading import Answer, Reading
from kb.text.days import after_entry_day, entry_day

_FILING = re.compile(r"\s*(tags?|alias(?:es)?|cssclass(?:es)?)\s*:", re.IGNORECASE)
_LINK = re.compile(r"!?\[\[[^\[\]\n]*\]\]")
_LINK_OR_PAGE = re.compile(
    rf"{_LINK.pattern}|\[[^\[\]\n]*\]\([^()\s]*\)|https?://\S+|^[ \t>*-]*\w[\w-]*(?:\.[a-z]{{2,}})+/?[ \t]*$",
    re.MULTILINE,
)
_MIN_WORDS = 2  # beside its links, below which a stretch only points elsewhere
_PARTS = 4  # answers of one section that the reader sees …
_PARTS_BY_WORDS = 3  # … and others that hold most of the question's words
_LONGEST_WHOLE = 1_200  # characters of a block that may be shown whole


class _Stretch(NamedTuple):
    """A part of a block, or all of it, with what the reader sees in it."""

    block: AnswerBlock
    span: Span  # in the section's text
    answer: Answer


def in_section(
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
            if (
                _only_points(text, question)
                or asks_else(text, question)
                or _only_files(block, text, question)
            ):
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


def _only_points(text: str, question: Question) -> bool:
    """Whether a stretch but names another note, as in "See [[Token]].", or a page of the web that nobody asked for."""
    rest, links = (_LINK if question.wants_address else _LINK_OR_PAGE).subn(" ", text)
    return links > 0 and len(words_of(rest)) < _MIN_WORDS


def _only_files(block: AnswerBlock, text: str, question: Question) -> bool:
    """Whether a property only says how its note is filed, which a question must ask for by that name."""
    name = _FILING.match(text) if block.kind == "properties" else None
    return name is not None and name[1].casefold().rstrip("es") not in question.text.casefold()


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
