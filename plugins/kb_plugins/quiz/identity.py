"""Knows a card again after its note, its heading or its words were changed.

A card is its question and its answer, wherever they stand. Where one of them was touched up, it is the card of the
same note that is most like it. Two notes that hold the same card word for word hold two cards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kb_plugins.quiz.item import Item, another_id, normal_form
from kb_plugins.quiz.reviews import Known

_ALIKE = 0.75  # share of letters in place of both sides from which a card was only touched up
_SAME_ANSWER = 0.5  # of the question, where the answer is the same


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is known of other notes."""

    exists: Callable[[str], bool]  # whether there is a note at a path
    holds: Callable[
        [str, str], bool
    ]  # whether the note at a path holds a card of an id, as its words make it


class KnownCards:
    """What the log knows, in the ways in which it is looked up."""

    def __init__(self, known: Mapping[str, Known], elsewhere: Elsewhere) -> None:
        self._of_id, self._elsewhere = known, elsewhere
        self._of_path: dict[str, list[Known]] = {}
        self._gone: dict[str, list[Known]] = {}  # those whose note is gone, by their answer
        for card in known.values():
            if elsewhere.exists(card.path):
                self._of_path.setdefault(card.path, []).append(card)
            else:
                self._gone.setdefault(normal_form(card.key), []).append(card)

    def recognised(self, items: Sequence[Item]) -> list[Item]:
        """`items`, all of one note, with the ids under which the log knows them."""
        named = [_by_id(item, self._of_id, self._elsewhere) for item in items]
        taken = set(named)
        found = []
        for item, name in zip(items, named, strict=True):
            if name:
                found.append(replace(item, id=name))
                continue
            nearby = [*self._of_path.get(item.path, ()), *self._gone.get(normal_form(item.key), ())]
            left = [card for card in nearby if card.card not in taken]
            again = _by_words(item, left, self._of_id, self._elsewhere)
            taken.add(again.id)
            found.append(again)
        return found


def _by_id(item: Item, of_id: Mapping[str, Known], elsewhere: Elsewhere) -> str:
    for name in (item.id, item.former_id, another_id(item)):
        card = of_id.get(name)
        if card and (card.path == item.path or not _is_anothers(card, item, elsewhere)):
            return name
    return ""


def _is_anothers(card: Known, item: Item, elsewhere: Elsewhere) -> bool:
    return elsewhere.exists(card.path) and elsewhere.holds(card.path, item.id)


def _by_words(item: Item, left: Sequence[Known], of_id: Mapping[str, Known], elsewhere: Elsewhere) -> Item:
    """`item` under the id of the card of `left` that it was, if there is one."""
    best = max(left, key=lambda card: _likeness(item, card), default=None)
    if best is not None and _likeness(item, best) > 0:
        return replace(item, id=best.card)
    # The same words in another note are another card.
    card = of_id.get(item.id)
    return replace(item, id=another_id(item)) if card and _is_anothers(card, item, elsewhere) else item


def _likeness(item: Item, card: Known) -> float:
    """How sure it is that `card` was `item`; 0 when it was not."""
    from rapidfuzz.fuzz import ratio

    same_key = bool(card.key) and normal_form(card.key) == normal_form(item.key)
    if not card.question:
        return 1.0 if same_key and (card.path == item.path or card.concept == item.title) else 0.0
    asked = ratio(normal_form(item.question), normal_form(card.question)) / 100
    answered = ratio(normal_form(item.key), normal_form(card.key)) / 100
    if asked == 1 and answered == 1:
        return 3.0
    if card.path != item.path:
        # Its note is gone: renamed, and touched up as well.
        return asked + answered if same_key and asked >= _ALIKE else 0.0
    if asked == 1 or (same_key and asked >= _SAME_ANSWER) or min(asked, answered) >= _ALIKE:
        return asked + answered
    return 0.0
