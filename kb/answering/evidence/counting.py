"""How many: the items of a list, the rows of a table or the entries of a period that are what was asked for, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from kb.answering.evidence.candidate import Candidate
from kb.answering.question.question import Question
from kb.answering.words import covers, words_of
from kb.notes.answer_blocks import AnswerBlock, Part
from kb.text.days import entry_day
from kb.text.periods import Period

_LOOKED_AT = 3  # likeliest candidates whose blocks may be counted


class Count(NamedTuple):
    """A number with what was counted."""

    number: int
    counted: list[Candidate]  # the whole block, or those of its parts that are of the period


def count_of(question: Question, found: Sequence[Candidate], period: Period | None) -> Count | None:
    """What `question` asks to be counted, in the blocks of `found`, the likeliest first.

    None where it counts nothing, where the notes state the number, or where no block is called what is to be counted.
    """
    if not question.counted or not found or question.kind_found(found[0].text) == 1.0:
        return None
    for item in found[:_LOOKED_AT]:
        if not covers(words_of(f"{item.section.head} {_lead(item)}"), question.counted[0]):
            continue
        parts = _outermost(item.block)
        if period:
            parts = [part for part in parts if period.holds(entry_day(_text(item, part)))]
            if parts:
                return Count(
                    len(parts), [replace(item, span=part.span, whole=False, short="") for part in parts]
                )
        elif item.block.kind in ("list", "steps", "table") and len(parts) > 1:
            whole = replace(item, span=item.block.span, whole=True, short=str(len(parts)))
            return Count(len(parts), [whole])
    return None


def _outermost(block: AnswerBlock) -> list[Part]:
    """The parts of a block that are part of no other."""
    depth = min((part.depth for part in block.parts), default=0)
    return [part for part in block.parts if part.depth == depth]


def _lead(item: Candidate) -> str:
    lead = item.block.lead
    return item.section.text[lead.start : lead.end] if lead else ""


def _text(item: Candidate, part: Part) -> str:
    return item.section.text[part.span.start : part.span.end]
