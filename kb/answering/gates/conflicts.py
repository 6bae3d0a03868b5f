"""Do two quotes say the same thing with other numbers? Then both are shown, and no model chooses between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from kb.answering.answer import Quote
from kb.answering.question.question import Question
from kb.answering.words import content_words, covers, numbers_of, words_of

_ALIKE = 0.6  # share of the content words, without numbers, that both must have of the shorter


def find_conflict(question: Question, quotes: Sequence[Quote]) -> tuple[Quote, Quote] | None:
    """Two quotes of different notes that answer a question for a number or a date differently, or None."""
    if question.kind not in ("number", "date"):
        return None
    asked = set(numbers_of(question.text))
    for one, other in combinations(quotes, 2):
        if one.path == other.path:
            continue
        mine, theirs = (set(numbers_of(quote.text)) - asked for quote in (one, other))
        if mine and theirs and not mine & theirs and _alike(one.text, other.text):
            return one, other
    return None


def _alike(one: str, other: str) -> bool:
    first, second = ([word for word in content_words(text) if not word[0].isdigit()] for text in (one, other))
    shorter, longer = sorted((first, second), key=len)
    known = words_of(other if longer is second else one)
    return bool(shorter) and sum(covers(known, word) for word in shorter) >= _ALIKE * len(shorter)
