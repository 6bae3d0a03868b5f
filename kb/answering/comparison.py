"""Whether one block answers all parts of a question, or each side has its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.answering.question_part import QuestionPart, place_of
from kb.answering.words import content_words, covers, words_of


def sides_or_whole(
    parts: Sequence[QuestionPart], is_answered: Callable[[QuestionPart], bool]
) -> list[QuestionPart]:
    """Of a comparison, whose first part asks it as a whole: that one alone, or its sides."""
    whole, *asked = parts
    sides = [part for part in asked if is_answered(part)]
    places = {place_of(side.found.own[0])[0] for side in sides if side.found.own}
    apart = len(sides) == len(asked) and len(places) > 1  # each has a note of its own
    together = is_answered(whole) and (
        not sides or whole.found.compares or (_speaks_of_all(whole, asked) and not apart)
    )
    return [whole] if together else asked


def in_one_block(parts: Sequence[QuestionPart]) -> bool:
    """Whether the reader sees the answers to all parts in the same place."""
    return len({place_of(part.found.own[0]) for part in parts if part.found.own}) == 1


def _speaks_of_all(whole: QuestionPart, sides: Sequence[QuestionPart]) -> bool:
    words = words_of(" ".join(f"{item.under} {item.text}" for item in whole.found.own))
    return all(any(covers(words, word) for word in content_words(side.label)) for side in sides)
