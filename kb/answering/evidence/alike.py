"""Which candidates say the same, or stand in the same place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from kb.answering.evidence.candidate import Candidate, touches
from kb.answering.words import covers, words_of


def overlaps(item: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether `item` and one of `others` share a stretch of their section."""
    return touches(item.span, [other.span for other in others if other.section is item.section])


def apart(items: Sequence[Candidate]) -> list[Candidate]:
    """`items` without those that overlap one before them."""
    return list(_kept(items, overlaps))


def agrees(item: Candidate, best: Candidate) -> bool:
    """Whether a likely candidate elsewhere gives the same answer, in the same words, as the best."""
    mine, its = words_of(item.short), words_of(best.short)
    return item.score > 0 and item.section is not best.section and bool(mine) and mine == its


def distinct(items: Sequence[Candidate], most: int) -> list[Candidate]:
    """The first `most` of `items` without those that say what one before them says."""
    return list(islice(_kept(items, repeats), most))


def repeats(item: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether one of `others` says nearly the same words."""
    words = set(words_of(item.text))
    return any(
        sum(covers(known, word) for word in words) >= 0.9 * len(words)
        for known in (words_of(other.text) for other in others)
    )


def _kept(
    items: Sequence[Candidate], clashes: Callable[[Candidate, Sequence[Candidate]], bool]
) -> Iterator[Candidate]:
    """Those of `items` that clash with none kept before them."""
    kept: list[Candidate] = []
    for item in items:
        if not clashes(item, kept):
            kept.append(item)
            yield item
