"""Lifts notes that hang together with the best hits, by a walk along links that keeps returning to those hits.

Off unless `retrieval.graph_weight` says otherwise: `kb eval` shows what it does to a vault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from kb.retrieval.pagerank import personalised_pagerank

_SEEDS = 5  # notes that the walk returns to
_GO_ON = 0.5  # chance of going on at each step; links two steps away still count
_RADIUS = 2  # links from a seed within which notes are lifted


def pagerank_boost(
    scores: Mapping[int, float], links: Iterable[tuple[int, int]], weight: float
) -> dict[int, float]:
    """What to add to the score of each note's passages, 0 to `weight`, by note id; `scores` are those of their best passages."""
    neighbours: dict[int, set[int]] = {}
    for one, other in links:
        if one != other:
            neighbours.setdefault(one, set()).add(other)
            neighbours.setdefault(other, set()).add(one)
    near = {seed: scores[seed] for seed in _best(scores) if seed in neighbours}
    if not near:
        return {}
    within = set(near)
    for _ in range(_RADIUS):
        within |= {other for one in within for other in neighbours[one]}
    notes = sorted(within)
    places = {note: place for place, note in enumerate(notes)}
    edges = [(places[one], places[other]) for one in notes for other in neighbours[one] & within]
    origins, ends = np.array(edges, dtype=np.int64).T
    start = np.array([near.get(note, 0.0) for note in notes])
    ranks = personalised_pagerank(origins, ends, start / start.sum(), _GO_ON)
    return {note: weight * float(rank) / float(ranks.max()) for note, rank in zip(notes, ranks, strict=True)}


def _best(scores: Mapping[int, float]) -> Sequence[int]:
    return sorted(scores, key=lambda note: -scores[note])[:_SEEDS]
