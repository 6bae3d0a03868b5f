"""Whether a sentence swaps who does what: the words of its quote in the opposite order."""

from __future__ import annotations

import re

from kb.answering.gates.gate import Claim, Offer, said_words
from kb.answering.words import covers, same_word

_PASSIVE = re.compile(r"\b(?:by|von|durch|por|par)\b")
_THAN = re.compile(r"\bthan\b")
_CLAUSE = re.compile(r"[;:.!?]\s")
_NEAR = 4  # content words between which a quote says who does what


def swaps_sides(claim: Claim) -> str:
    """A gate."""
    return "swaps who does what" if any(_turned_round(claim.sentence, one) for one in claim.cited) else ""


def _turned_round(sentence: str, offer: Offer) -> bool:
    """Whether three words that follow each other in `sentence` stand in the quote in just the opposite order.

    "B is larger than A" for "A is larger than B"; a passive in one of them turns the words and keeps the meaning.
    """
    if bool(_PASSIVE.search(sentence)) != bool(_PASSIVE.search(offer.text)):
        return False
    if (mine := _sides(sentence)) and (theirs := _sides(offer.text)):
        (less, more), (worse, better) = mine, theirs
        if any(covers(better, word) for word in less - more) and any(
            covers(worse, word) for word in more - less
        ):
            return not any(covers(worse, word) for word in less - more)
    said = said_words(sentence)
    for first, middle, last in zip(said, said[1:], said[2:], strict=False):
        places = [
            [place for place, word in enumerate(offer.content) if same_word(word, wanted)]
            for wanted in (first, middle, last)
        ]
        if all(len(place) == 1 for place in places):
            one, two, three = (place[0] for place in places)
            if three < two < one and one - three <= _NEAR:
                return True
    return False


def _sides(text: str) -> tuple[set[str], set[str]] | None:
    """The content words after and before the "than" of a comparison; None where there is none, or several."""
    sides = _THAN.split(text)
    if len(sides) != 2:
        return None
    return set(said_words(_CLAUSE.split(sides[1])[0])), set(said_words(_CLAUSE.split(sides[0])[-1]))
