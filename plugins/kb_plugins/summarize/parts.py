"""The parts of a note: its main sections, each of which has its say in a summary."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.plugin_api import Note, content_words

if TYPE_CHECKING:
    from kb_plugins.summarize.extract import Candidate

MOST_PARTS = 14  # of one note that get a line of their own; of more sections neighbours are taken together
_DIGITS = re.compile(r"\d+")


def in_parts(note: Note, found: Sequence[Candidate]) -> list[Candidate]:
    """`found` with the part of the note that each stands in."""
    starts = _part_starts(note, found)
    return [replace(one, part=bisect_right(starts, one.sentence.span.start)) for one in found]


def _part_starts(note: Note, found: Sequence[Candidate]) -> list[int]:
    """Where the parts of a note begin: its main sections, or equal stretches where it has none."""
    levels = Counter(section.level for section in note.sections)
    level = next((level for level in sorted(levels) if levels[level] >= 2), None)
    holding = [
        section.span.start
        for section in note.sections
        if section.level == level
        and any(section.span.start <= one.sentence.span.start < section.span.end for one in found)
    ]
    if len(holding) < 2:
        holding = [one.sentence.span.start for one in found][:: max(1, len(found) // MOST_PARTS)]
        return holding[1:] if len(found) > MOST_PARTS * 2 else []
    step = -(-len(holding) // MOST_PARTS)
    return holding[::step]


def from_all_parts(found: Sequence[Candidate], share: int) -> list[Candidate]:
    """At most `share` of `found`: of each part those that are well placed, and those that say what no other says."""
    if len(found) <= share:
        return list(found)
    words = [frozenset(content_words(_DIGITS.sub("", one.sentence.text))) for one in found]
    held = Counter(word for some in words for word in some)
    rarity = [sum(1 / held[word] for word in some) / max(1, len(some)) for some in words]
    of_part: dict[int, list[int]] = {}
    for index, one in enumerate(found):
        of_part.setdefault(one.part, []).append(index)
    chosen: set[int] = set()
    per_part = max(2, share // len(of_part))
    for indexes in of_part.values():
        placed = sorted(indexes, key=lambda index: -found[index].prior)[: per_part // 2]
        chosen.update(placed)
        chosen.update(sorted(indexes, key=lambda index: -rarity[index])[: per_part - len(placed)])
    return [found[index] for index in sorted(chosen)][: max(share, len(of_part))]
