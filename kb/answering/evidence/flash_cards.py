"""Flash cards among the notes (`question? :: answer`): their questions answer nothing, their answers only what they ask."""

from __future__ import annotations

import re

from kb.answering.question.question import Question
from kb.answering.words import content_words, covers, words_of

_CARD = re.compile(r"(?m)^[ \t]*(?:[-*+][ \t]+)?(?P<front>.{1,300}[?？])[ \t]*:{2,3}[ \t]*\S.*$")
_BETWEEN = re.compile(r"([?？])[ \t]*:{2,3}[ \t]*(?=\S)")
_SAME = 0.6  # share of a card's question that the question asked must hold for the other side to answer


def asks_else(text: str, question: Question) -> bool:
    """Whether `text` is nothing but flash cards that ask something else than `question`."""
    cards = list(_CARD.finditer(text))
    if not cards or _CARD.sub("", text).strip():
        return False
    asked = words_of(question.text)
    fronts = [content_words(card["front"]) for card in cards]
    return not any(
        front and sum(covers(asked, word) for word in front) >= _SAME * len(front) for front in fronts
    )


def both_sides(text: str) -> str:
    """`text` with the mark between a card's two sides left out."""
    return _BETWEEN.sub(r"\1 ", text)
