"""Answers that are numbers: written out, converted to another unit, or roughly right."""

from __future__ import annotations

import re
from dataclasses import replace

from kb.plugin_api import Quantity, content_words, quantities_in, same_quantity
from kb_plugins.quiz.graded import Attempt, Graded

_ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|circa|ca|nearly|almost|etwa|ungefähr|rund|fast|environ|presque|unos|unas|casi|"
    r"aproximadamente)\b|~|≈|约|大约",
    re.IGNORECASE,
)
# Words that stand beside a number without being what is asked.
_BESIDE = re.compile(
    r"\b(?:about|around|roughly|approximately|circa|ca|nearly|almost|etwa|ungefähr|rund|fast|environ|presque|casi|more|less|than|over|under|"
    r"at|least|most|up|to|mehr|weniger|als|über|unter|plus|moins|más|menos|per|pro|par|por|total|the|in|of|year|port|version|year|in|"
    r"am|um|on|degrees?|celsius|grad)\b|[~≈<>°±]",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|no|nicht|kein|pas|no es|never|nie)\b|不", re.IGNORECASE)
_ROUGH, _NEAR = (
    0.03,
    0.1,
)  # relative differences: of what the note says roughly, and from which an answer is close


def of_quantities(attempt: Attempt) -> Graded | None:
    """A number of the key against those of the answer, in any unit that can be converted."""
    wanted = [quantity for quantity in quantities_in(attempt.key) if not quantity.is_article]
    if not wanted:
        return None
    given = [_bound(attempt, quantity) for quantity in quantities_in(attempt.given)]
    if _is_number(attempt.key, wanted):
        return _of_number(attempt, wanted, given)
    missing = [one for one in wanted if not any(same_quantity(one, other) for other in given)]
    if not missing:
        return None  # the words decide
    strange = [
        one for one in given if not one.is_article and not any(same_quantity(one, other) for other in wanted)
    ]
    if len(missing) == len(wanted) and strange:
        return Graded("wrong", f"The note says {attempt.key}.")
    return Graded("unsure", "The note gives a number.") if attempt.held else None


def _of_number(attempt: Attempt, wanted: list[Quantity], given: list[Quantity]) -> Graded | None:
    tolerance = _ROUGH if _ABOUT.search(attempt.key) or _ABOUT.search(attempt.given) else None
    if not given:
        return None if len(attempt.said) > 2 else Graded("unsure", f"Compare: {attempt.key}.")
    if all(any(_fits(one, other, tolerance) for other in given) for one in wanted):
        return Graded("right")
    if any(same_quantity(one, other) for one in wanted for other in given):
        # The number is there; the bound, or another number, is not.
        if any(_opposed(one, other) for one in wanted for other in given if same_quantity(one, other)):
            return Graded("wrong", f"The note says {attempt.key}.")
        return Graded("unsure", f"Compare: {attempt.key}.")
    if any(same_quantity(one, other, _NEAR) for one in wanted for other in given) and _ABOUT.search(
        attempt.given
    ):
        return Graded("unsure", f"Close: the note says {attempt.key}.")
    return Graded("wrong", f"The note says {attempt.key}.")


def _fits(wanted: Quantity, given: Quantity, tolerance: float | None) -> bool:
    same = same_quantity(wanted, given, tolerance) if tolerance else same_quantity(wanted, given)
    return same and not _opposed(wanted, given)


def _opposed(wanted: Quantity, given: Quantity) -> bool:
    return bool(wanted.bound and given.bound and wanted.bound != given.bound)


def _bound(attempt: Attempt, quantity: Quantity) -> Quantity:
    """`not more than half` is at most half."""
    before = attempt.given[: quantity.start]
    if quantity.bound and _NOT.search(before):
        return replace(quantity, bound="<")
    return quantity


def _is_number(key: str, wanted: list[Quantity]) -> bool:
    """Whether `key` is numbers with their units, and nothing else that is asked."""
    rest = key
    for quantity in sorted(wanted, key=lambda one: -one.start):
        rest = rest[: quantity.start] + " " + rest[quantity.end :]
    return not content_words(_BESIDE.sub(" ", rest))
