"""How much of a block is shown for an answer in it: an item with what is below it, a line, a sentence, or all of it."""

from __future__ import annotations

from kb.answering.evidence.sections import Section
from kb.answering.question.intent import Intent
from kb.notes.answer_blocks import AnswerBlock
from kb.notes.note import Span
from kb.reading.reading import Answer, Reading

_WHOLE_MARGIN = 3.0  # logits by which a whole list may fall behind its best item and still be the answer
_SHORT_LIST = 600  # characters up to which a list is shown whole where its items are to be compared
SHORT_PARAGRAPH = 260  # characters up to which a paragraph is shown whole
_POINTS_BACK = (
    "he she it they his her its their this that these those er sie es dies diese dieser ihr sein il elle ils elles "
    "ce cela él ella ellos esto esta 他 她 它 这"
).split()


def extent(
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
        if _is_whole(section, reading, intent, block, answer, first, last):
            return block.span, True
        last = max(last, block.subtree(first))
        return Span(parts[first].span.start, parts[last].span.end), False
    if intent.wants_all or intent.wants_steps:
        return block.span, True
    if _is_jotted(section.text, block):
        first, last = _line(section.text, block, first, last)
    elif block.span.end - block.span.start <= SHORT_PARAGRAPH:
        return block.span, True
    first = _antecedent(section, block, first)
    return Span(parts[first].span.start, parts[last].span.end), first == 0 and last == len(parts) - 1


def is_of_one_thing(section: Section, block: AnswerBlock) -> bool:
    """Whether a list may be all that is asked for: not where it is but what a day brought."""
    return block.kind != "list" or block.lead is not None or not section.is_of_a_day


def _is_whole(
    section: Section,
    reading: Reading,
    intent: Intent,
    block: AnswerBlock,
    answer: Answer,
    first: int,
    last: int,
) -> bool:
    if len(block.parts) == 1:
        return True
    if not is_of_one_thing(section, block):
        return False
    if last - first >= max(1, len(block.parts) // 2):
        return True
    if block.kind == "steps" and intent.wants_steps:
        return True
    if intent.compares and block.span.end - block.span.start <= _SHORT_LIST:
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
