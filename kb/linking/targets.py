"""Which note a link is meant for, when its first letters are written: by how likely the note links there, then by name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate

from kb.notes.resolve import NoteNames
from kb.notes.suffixes import page_name, stem
from kb.text.characters import fold

_GAP = re.compile(r"[\s_/.,:;()\[\]'\"–—-]+")
# How much better a name fits, against the likelihood of the link; see "Links while they are written" in tests/bench/README.md.
_WHOLE, _BEGINS, _WORD, _WITHIN, _NEARLY = 6.0, 4.0, 1.0, 0.0, -1.0
_LEAST_LETTERS = 3  # of what may have typing errors in it
_CLOSE = 75.0  # of 100, as rapidfuzz compares
_ENOUGH = 8  # names that fit; errors in typing are looked for only where there are fewer


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """A note that a link may be meant for."""

    path: str
    name: str  # the name of it that fits what was typed
    is_alias: bool
    score: float  # only the order means anything


@dataclass(frozen=True, slots=True)
class _Name:
    plain: str  # folded, a space before each word
    name: str
    is_alias: bool


class Targets:
    """The names of all notes; told of each, and of each that goes."""

    def __init__(self) -> None:
        self._names: dict[str, tuple[_Name, ...]] = {}
        self._table: _Table | None = None  # made when first asked for, unmade by any change

    def add(self, names: NoteNames) -> None:
        """Tell of a note, or of its other names."""
        own = dict.fromkeys([page_name(names.path), stem(names.path), names.title], False)
        own |= {alias: True for alias in names.aliases if alias not in own}
        self._names[names.path] = tuple(
            _Name(_plain(name), name, alias) for name, alias in own.items() if name
        )
        self._table = None

    def remove(self, path: str) -> None:
        """Forget a note; no harm when it was unknown."""
        if self._names.pop(path, None) is not None:
            self._table = None

    def matching(self, typed: str, source: str, likely: Mapping[str, float], count: int) -> list[LinkTarget]:
        """At most `count` notes for `typed` in the note at `source`, the best first; every note for an empty text.

        `likely` says how likely that note links others; see kb.linking.related.
        """
        wanted = _plain(typed)
        found = {path: (best, fit) for path, best, fit in self._fitting(wanted) if path != source}
        if len(found) < _ENOUGH and len(typed.strip()) >= _LEAST_LETTERS:
            for path, best, fit in self._nearly(wanted):
                if path != source and path not in found:
                    found[path] = best, _NEARLY + fit
        order = (
            (-fit - likely.get(path, 0.0), len(best.name), best.name, path)
            for path, (best, fit) in found.items()
        )
        return [
            LinkTarget(path, name, found[path][0].is_alias, -score)
            for score, _, name, path in nsmallest(count, order)
        ]

    def _known(self) -> _Table:
        if self._table is None:
            self._table = _Table(self._names)
        return self._table

    def _fitting(self, wanted: str) -> Iterator[tuple[str, _Name, float]]:
        parts = [f" {part}" for part in wanted.split()]
        bare = wanted.strip()
        table = self._known()
        fitting: dict[str, tuple[_Name, float]] = {}
        longest = max(parts, key=len, default="")
        # A name that holds all of it, or a word of it after the other, holds one of these.
        for number in sorted({*table.holding(bare), *table.holding(longest)}):
            path, one = table.owners[number]
            if bare not in one.plain and not all(part in one.plain for part in parts):
                continue
            now = _fit(one.plain, wanted, parts)
            # Of names that fit as well, the one told of first.
            if path not in fitting or now > fitting[path][1]:
                fitting[path] = one, now
        for path, (one, fit) in fitting.items():
            yield path, one, fit

    def _nearly(self, wanted: str) -> Iterator[tuple[str, _Name, float]]:
        """Names that begin nearly so, errors in typing forgiven."""
        from rapidfuzz import fuzz, process

        bare = wanted.strip()
        table = self._known()
        # Of what is not written to its end, only the beginning can be compared.
        end = len(bare) + 1
        begun = [one[:end] for one in table.bare]
        for _, score, number in process.extract(
            bare, begun, scorer=fuzz.ratio, limit=20, score_cutoff=_CLOSE
        ):
            path, one = table.owners[number]
            yield path, one, (score - 100) / 100


class _Table:
    """All names side by side, so that one search goes through all of them."""

    def __init__(self, names: Mapping[str, tuple[_Name, ...]]) -> None:
        self.owners = [(path, one) for path, all in names.items() for one in all]
        self.bare = [one.plain.strip() for _, one in self.owners]
        self._text = "\n".join(one.plain for _, one in self.owners) + "\n"
        self._ends = list(accumulate(len(one.plain) + 1 for _, one in self.owners))

    def holding(self, part: str) -> Iterator[int]:
        """The numbers of the names that hold `part`."""
        place = self._text.find(part) if self.owners else -1
        while 0 <= place < len(self._text):
            number = bisect_right(self._ends, place)
            yield number
            place = self._text.find(part, self._ends[number])


def _fit(plain: str, wanted: str, parts: list[str]) -> float:
    if not parts:
        return 0.0
    if plain == wanted:
        return _WHOLE
    if plain.startswith(wanted):
        return _BEGINS
    return _WORD if all(part in plain for part in parts) else _WITHIN


def _plain(name: str) -> str:
    words = _GAP.sub(" ", fold(name)).strip()
    return f" {words}" if words else ""
