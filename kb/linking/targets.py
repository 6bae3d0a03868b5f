"""Which note a link is meant for, when its first letters are written: by how likely the note links there, then by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest

from kb.notes.parse import page_name, stem
from kb.notes.resolve import NoteNames
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

    def add(self, names: NoteNames) -> None:
        """Tell of a note, or of its other names."""
        own = dict.fromkeys([page_name(names.path), stem(names.path), names.title], False)
        own |= {alias: True for alias in names.aliases if alias not in own}
        self._names[names.path] = tuple(
            _Name(_plain(name), name, alias) for name, alias in own.items() if name
        )

    def remove(self, path: str) -> None:
        """Forget a note; no harm when it was unknown."""
        self._names.pop(path, None)

    def matching(self, typed: str, source: str, likely: Mapping[str, float], count: int) -> list[LinkTarget]:
        """At most `count` notes for `typed` in the note at `source`, the best first; every note for an empty text.

        `likely` says how likely that note links others; see kb.linking.related.
        """
        wanted = _plain(typed)
        found = [
            LinkTarget(path, best.name, best.is_alias, fit + likely.get(path, 0.0))
            for path, best, fit in self._fitting(wanted)
            if path != source
        ]
        if len(found) < _ENOUGH and len(typed.strip()) >= _LEAST_LETTERS:
            known = {one.path for one in found} | {source}
            found += [
                LinkTarget(path, best.name, best.is_alias, _NEARLY + fit + likely.get(path, 0.0))
                for path, best, fit in self._nearly(wanted)
                if path not in known
            ]
        return nsmallest(count, found, key=lambda one: (-one.score, len(one.name), one.name, one.path))

    def _fitting(self, wanted: str) -> Iterator[tuple[str, _Name, float]]:
        parts = [f" {part}" for part in wanted.split()]
        bare = wanted.strip()
        for path, names in self._names.items():
            best: _Name | None = None
            fit = -1.0
            for one in names:
                if bare not in one.plain and not all(part in one.plain for part in parts):
                    continue
                now = _fit(one.plain, wanted, parts)
                if now > fit:
                    best, fit = one, now
            if best is not None:
                yield path, best, fit

    def _nearly(self, wanted: str) -> Iterator[tuple[str, _Name, float]]:
        """Names that begin nearly so, errors in typing forgiven."""
        from rapidfuzz import fuzz, process

        bare = wanted.strip()
        owners = [(path, one) for path, names in self._names.items() for one in names]
        # Of what is not written to its end, only the beginning can be compared.
        begun = [one.plain.strip()[: len(bare) + 1] for _, one in owners]
        for _, score, number in process.extract(
            bare, begun, scorer=fuzz.ratio, limit=20, score_cutoff=_CLOSE
        ):
            path, one = owners[number]
            yield path, one, (score - 100) / 100


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
