"""Chooses how an item is put: with options, as true or false, or open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.plugin_api import covers, language_told, numbers_of, words_of
from kb_plugins.quiz.item import Item, leaks, normal_form
from kb_plugins.study.card import GAP
from kb_plugins.study.wording import sentences_in

_OPTIONS = 4
_WAYS = 5  # of twenty items that could be put in any way, 8 are a choice, 4 true or false, 8 open


def choose_formats(items: Sequence[Item], pool: Iterable[Item], note_text: str) -> list[Item]:
    """Each of `items` (all of one note, whose text is `note_text`) in the form that its id chooses.

    Wrong options are keys of the same family among `pool`, which may be of other notes.
    """
    families: dict[str, list[Item]] = {}
    for other in pool:
        if other.family:
            families.setdefault(other.family, []).append(other)
    return [_put(item, families.get(item.family, ()), note_text) for item in items]


def _put(item: Item, family: Sequence[Item], note_text: str) -> Item:
    if item.kind == "explain" or not family:
        return item
    way = _shuffled(item.id, "way") % _WAYS
    wrong = _wrong_options(item, family, note_text)
    if way < 2 and len(wrong) >= _OPTIONS - 1:
        options = sorted([item.key, *wrong[: _OPTIONS - 1]], key=lambda option: _shuffled(item.id, option))
        return replace(item, kind="choice", options=tuple(options))
    if way == 2 and wrong and GAP in item.stem:
        # An even number decides, so that about half of the statements are true.
        is_true = _shuffled(item.id, "truth") % 2 == 0
        said = item.key if is_true else wrong[0]
        asked = sentences_in(language_told(note_text))["true_or_false"]
        stem = asked.format(item.stem.replace(GAP, f"“{said}”", 1))
        if is_true or not leaks(stem, item.key):
            return replace(item, kind="true-false", stem=stem, expected="true" if is_true else "false")
    return item


def _wrong_options(item: Item, family: Sequence[Item], note_text: str) -> list[str]:
    """Keys that could be taken for the right one and are not, the same for each asking."""
    same_table = item.rule == "table"
    seen = {normal_form(item.key)}
    text_words = words_of(note_text)
    found = []
    for other in sorted(family, key=lambda other: _shuffled(item.id, other.key)):
        form = normal_form(other.key)
        if (
            form in seen
            or leaks(item.stem, other.key)
            or leaks(other.key, item.key)
            or leaks(item.key, other.key)
        ):
            continue
        if abs(len(other.key.split()) - len(item.key.split())) > (20 if same_table else 2):
            continue
        elsewhere = other.path != item.path
        if (
            elsewhere
            and not numbers_of(item.key)
            and all(covers(text_words, word) for word in words_of(other.key))
        ):
            continue  # the note speaks of it, so that it may be right as well
        if not same_table and not elsewhere and leaks(item.quote, other.key):
            continue
        seen.add(form)
        found.append(other.key)
    return found


def _shuffled(seed: str, text: str) -> int:
    """A place in an order that looks like chance and is always the same."""
    from hashlib import blake2b

    return int.from_bytes(blake2b(f"{seed} {text}".encode("utf-8", "replace"), digest_size=8).digest(), "big")
