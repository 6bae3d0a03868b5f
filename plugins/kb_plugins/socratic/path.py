"""A path through the facts of several notes: what others rest on first, definitions before the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kb.plugin_api import Note
from kb_plugins.quiz.item import Item

_DEFINES = ("term", "definition", "section", "members")
_KNOWN = 0.8  # mastery from which a note's facts come last
_PER_NOTE = 2


def path_through(
    items: Sequence[Item], notes: Mapping[str, Note], known: Mapping[str, float], count: int
) -> list[Item]:
    """Up to `count` of `items` in the order to learn them."""
    rests = _rests_on(notes)
    of_note: dict[str, list[Item]] = {}
    for item in items:
        of_note.setdefault(item.path, []).append(item)
    order = sorted(
        of_note, key=lambda path: (known.get(notes[path].title, 0.0) >= _KNOWN, -rests[path], path)
    )
    chosen: list[Item] = []
    taken: Counter[str] = Counter()
    for rounds in range(_PER_NOTE):
        for path in order:
            best = sorted(
                of_note[path], key=lambda item: (item.rule not in _DEFINES, -item.worth, item.span.start)
            )
            if rounds < len(best) and len(chosen) < count:
                chosen.append(best[rounds])
                taken[path] += 1
    place = {path: number for number, path in enumerate(order)}
    return sorted(chosen, key=lambda item: (place[item.path], item.rule not in _DEFINES, item.span.start))


def _rests_on(notes: Mapping[str, Note]) -> Counter[str]:
    """How many of the notes link to each: what many link to is what they rest on."""
    names: dict[str, str] = {}
    for path, note in notes.items():
        for name in (
            note.title,
            *note.aliases,
            path.removesuffix(".md"),
            path.rpartition("/")[2].removesuffix(".md"),
        ):
            names.setdefault(name.casefold(), path)
    found: Counter[str] = Counter()
    for path, note in notes.items():
        targets = {names.get(link.target.partition("#")[0].casefold()) for link in note.links}
        found.update(target for target in targets if target and target != path)
    return found
