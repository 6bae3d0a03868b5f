"""What is known of the learner: how well each concept sits, from the reviews of quiz and tutor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb_plugins.quiz.item import Item
from kb_plugins.quiz.reviews import Review

_UNKNOWN = 0.3  # mastery of a concept that was never asked
_WEIGHT = 0.4  # of the latest review
_GOOD = {1: 0.0, 2: 0.6, 3: 1.0, 4: 1.0}


def mastery(reviews: Iterable[Review]) -> dict[str, float]:
    """0 to 1 for each concept (a note's title), the latest reviews weighing most."""
    known: dict[str, float] = {}
    for review in reviews:
        if review.act == "review" and review.concept:
            before = known.get(review.concept, _UNKNOWN)
            known[review.concept] = (1 - _WEIGHT) * before + _WEIGHT * _GOOD[review.rating]
    return known


def in_order(items: Sequence[Item], known: dict[str, float], due: set[str]) -> list[Item]:
    """What is due first, then what sits least, then what is most worth a talk."""
    return sorted(
        items,
        key=lambda item: (
            item.id not in due,
            round(known.get(item.title, _UNKNOWN), 1),
            -round(item.worth, 1),
            item.path,
            item.span.start,
        ),
    )
