"""Who links to whom. A note's own prose links are kept apart, so that it can be judged as if it had none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from math import log

from kb.linking.reading.prose import Prose

_NONE: frozenset[str] = frozenset()


class LinkGraph:
    """Links between notes, in both directions."""

    def __init__(self, prose: Mapping[str, Set[str]], elsewhere: Mapping[str, Set[str]]) -> None:
        self._elsewhere = elsewhere
        self._out: dict[str, set[str]] = {}
        self._into: dict[str, set[str]] = {}
        for kind in (prose, elsewhere):
            for source, targets in kind.items():
                self._out.setdefault(source, set()).update(targets)
                for target in targets:
                    self._into.setdefault(target, set()).add(source)

    def out(self, path: str) -> Set[str]:
        """All that a note links to."""
        return self._out.get(path, _NONE)

    def into(self, path: str) -> Set[str]:
        """The notes that link to a note."""
        return self._into.get(path, _NONE)

    def known(self, path: str) -> Set[str]:
        """The neighbours of a note apart from those its prose links to."""
        return self.into(path) | self._elsewhere.get(path, _NONE)

    def shared(self, ours: Set[str], target: str) -> float:
        """How much `target` has to do with the notes `ours`; common neighbours with many links count less."""
        theirs = self.into(target) | self.out(target)
        small, large = (ours, theirs) if len(ours) < len(theirs) else (theirs, ours)
        return sum(1 / log(2 + len(self.into(one)) + len(self.out(one))) for one in small if one in large) + (
            target in ours
        )


def graph_of(proses: Iterable[Prose]) -> LinkGraph:
    """The graph that these notes make."""
    proses = list(proses)
    return LinkGraph(
        {prose.path: {link.target for link in prose.links} for prose in proses},
        {prose.path: prose.elsewhere for prose in proses},
    )
