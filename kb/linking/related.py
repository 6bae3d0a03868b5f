"""What else a note belongs with: notes to link though not mentioned, tags, relations, and notes worth writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from kb.linking.ranking.context import NoteContext, NoteSimilarity
from kb.linking.reading.graph import LinkGraph
from kb.retrieval.pagerank import personalised_pagerank

Array = NDArray[np.float64]

# Share of the walk that goes on along a link; the rest starts again at the seeds.
DAMPING = 0.7
# Notes most like the one in question, from which walks start besides its own neighbours.
SEEDS = 10
# Round numbers, not tuned; what they reach is in tests/bench/README.md.
WEIGHT_WALK, WEIGHT_LIKENESS, WEIGHT_MENTION = 1.0, 0.5, 1.0

# Weight of the least alike of the nearest notes; in a small vault most are less alike than usual.
_SLIGHT = 0.1


@dataclass(frozen=True, slots=True)
class RelatedNote:
    """A note that has to do with another, and why."""

    path: str
    score: float  # higher is closer; only the order means anything
    reasons: tuple[str, ...]
    quote: str | None = None  # its passage that is most like one of the note's


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tag, or a relation to a note, that notes like this one have."""

    name: str  # the tag, or the property
    value: str | None  # for a relation: path of the note it should point to
    share: float  # 0 to 1, of the notes like it; the liker ones count more
    notes: tuple[str, ...]  # paths of those that have it, the most like first


@dataclass(frozen=True, slots=True)
class Wanted:
    """A note that is linked to and was never written."""

    name: str
    links: int
    sources: tuple[str, ...]  # paths of the notes that link it


class Walk:
    """Random walks over the links of a vault, in both directions."""

    def __init__(self, graph: LinkGraph, paths: Iterable[str]) -> None:
        self.paths = sorted(paths)
        self._place = {path: index for index, path in enumerate(self.paths)}
        sources, targets = [], []
        for path in self.paths:
            for target in graph.out(path):
                if target in self._place and target != path:
                    sources.append(self._place[path])
                    targets.append(self._place[target])
        # Back along a link as well: a note is known by those that link it. An edge both ways counts twice.
        self._from = np.array(sources + targets, dtype=np.int64)
        self._to = np.array(targets + sources, dtype=np.int64)

    def from_seeds(self, seeds: Mapping[str, float], without: str) -> Array:
        """Where a walk that keeps starting at `seeds` spends its time; it never goes along links out of `without`."""
        size = len(self.paths)
        start = np.zeros(size)
        for path, weight in seeds.items():
            if path in self._place:
                start[self._place[path]] = weight
        total = start.sum()
        if not total:
            return start
        start /= total
        keep = np.ones(len(self._from), dtype=bool)
        own = self._place.get(without)
        if own is not None:
            keep = (self._from != own) & (self._to != own)
        return personalised_pagerank(self._from[keep], self._to[keep], start, DAMPING)


class Relations:
    """Finds what goes with a note."""

    def __init__(self, graph: LinkGraph, context: NoteSimilarity, tags: Mapping[str, frozenset[str]]) -> None:
        self.graph = graph
        self.context = context
        self.tags = tags
        paths = {*context.paths, *tags}
        self.walk = Walk(graph, paths)
        self._tag_notes = Counter(tag for one in tags.values() for tag in one)

    def related(
        self,
        path: str,
        *,
        context: NoteContext | None = None,
        mentioned: Mapping[str, float] | None = None,
        without: Iterable[str] = (),
        count: int = 10,
    ) -> list[RelatedNote]:
        """The notes that `path` has most to do with, `without` those; `mentioned` says how likely it means which."""
        like = context or self.context.of(path)
        neighbours = self.graph.known(path)
        skipped = {path, *without}
        scores = self.scores(path, like, mentioned)
        best = sorted(scores.keys() - skipped, key=lambda other: (-scores[other], other))[:count]
        return [
            RelatedNote(other, round(scores[other], 4), self._reasons(path, other, like, neighbours))
            for other in best
        ]

    def scores(
        self,
        path: str,
        context: NoteContext | None = None,
        mentioned: Mapping[str, float] | None = None,
        *,
        linked: Iterable[str] = (),
        popular: float = 0.0,
    ) -> dict[str, float]:
        """How much `path` has to do with every other note; only the order means anything.

        `linked` are notes it links, besides those that are known to link it; `popular` is the weight of how often a
        note is linked at all.
        """
        like = context or self.context.of(path)
        mentioned = mentioned or {}
        seeds = dict.fromkeys((*self.graph.known(path), *linked), 1.0)
        for near in like.nearest[:SEEDS]:
            seeds[near] = seeds.get(near, 0.0) + max(0.0, like.to(near)) / 3
        for target, odds in mentioned.items():
            seeds[target] = seeds.get(target, 0.0) + odds
        visits = self.walk.from_seeds(seeds, path)
        own_tags = self.tags.get(path, frozenset())
        scores: dict[str, float] = {}
        for place, other in enumerate(self.walk.paths):
            if other == path:
                continue
            walked = log(1 + visits[place] * len(self.walk.paths))
            shared = sum(
                1 / log(2 + self._tag_notes[tag]) for tag in own_tags & self.tags.get(other, frozenset())
            )
            scores[other] = (
                WEIGHT_WALK * walked
                + WEIGHT_LIKENESS * like.to(other)
                + WEIGHT_MENTION * mentioned.get(other, 0.0)
                + 0.2 * shared
                + (popular * log(1 + len(self.graph.into(other))) if popular else 0.0)
            )
        return scores

    def _reasons(
        self, path: str, other: str, like: NoteContext, neighbours: Iterable[str]
    ) -> tuple[str, ...]:
        reasons = []
        if path in self.graph.out(other):
            reasons.append("it links to this note")
        common = sorted(
            one
            for one in (*neighbours, *like.nearest)
            if one != other and (one in self.graph.into(other) or one in self.graph.out(other))
        )
        if common:
            reasons.append("linked with " + ", ".join(dict.fromkeys(common[:3])))
        tags = sorted(self.tags.get(path, frozenset()) & self.tags.get(other, frozenset()))
        if tags:
            reasons.append("both tagged " + ", ".join(f"#{tag}" for tag in tags[:3]))
        if like.to(other) >= 1.5:
            reasons.append("similar text")
        return tuple(reasons)

    def propose_tags(
        self, path: str, context: NoteContext | None = None, min_confidence: float = 0.3
    ) -> list[Proposal]:
        """Tags that the notes most like this one have, and it has not."""
        own = {tag.casefold() for tag in self.tags.get(path, frozenset())}
        have = {other: [(tag, None) for tag in sorted(found)] for other, found in self.tags.items()}
        return [
            one
            for one in self._habits(path, context or self.context.of(path), have, min_confidence)
            if one.name.casefold() not in own
        ]

    def propose_relations(
        self,
        path: str,
        relations: Mapping[str, Sequence[tuple[str, str]]],
        context: NoteContext | None = None,
        min_confidence: float = 0.3,
    ) -> list[Proposal]:
        """(property, note) pairs that the notes most like this one have; `relations` holds those of every note."""
        own = set(relations.get(path, ()))
        found = self._habits(path, context or self.context.of(path), relations, min_confidence)
        return [one for one in found if (one.name, one.value) not in own and one.value != path]

    def _habits(
        self,
        path: str,
        like: NoteContext,
        have: Mapping[str, Sequence[tuple[str, str | None]]],
        min_confidence: float,
    ) -> list[Proposal]:
        weights = {other: max(_SLIGHT, like.to(other)) for other in like.nearest if other != path}
        for neighbour in self.graph.known(path):
            weights[neighbour] = weights.get(neighbour, 0.0) + 0.5
        total = sum(weights.values())
        votes: dict[tuple[str, str | None], float] = {}
        voters: dict[tuple[str, str | None], list[str]] = {}
        for other in sorted(weights, key=lambda one: (-weights[one], one)):
            for item in dict.fromkeys(have.get(other, ())):
                votes[item] = votes.get(item, 0.0) + weights[other]
                voters.setdefault(item, []).append(other)
        found = [
            Proposal(name, value, round(vote / total, 4), tuple(voters[name, value]))
            for (name, value), vote in votes.items()
            if total and vote / total >= min_confidence and len(voters[name, value]) > 1
        ]
        return sorted(found, key=lambda one: (-one.share, one.name, one.value or ""))


def wanted_notes(unresolved: Iterable[tuple[str, str]]) -> list[Wanted]:
    """Notes worth writing, the most linked first, from (source, name as linked) of links that lead nowhere."""
    sources: dict[str, list[str]] = {}
    spelled: dict[str, Counter[str]] = {}
    for source, name in unresolved:
        key = " ".join(name.split()).casefold()
        if key:
            sources.setdefault(key, []).append(source)
            spelled.setdefault(key, Counter())[name.strip()] += 1
    found = [
        Wanted(
            min(spelled[key], key=lambda name: (-spelled[key][name], name)),
            len(all),
            tuple(dict.fromkeys(all)),
        )
        for key, all in sources.items()
    ]
    return sorted(found, key=lambda one: (-len(one.sources), -one.links, one.name))
