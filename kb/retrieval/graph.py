"""Lifts notes that hang together with the best hits, by a walk along links that keeps returning to those hits.

Personalised PageRank (Page et al., 1999; Haveliwala, 2002). Off unless `retrieval.graph_weight` says otherwise:
`kb eval` shows what it does to a vault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

_SEEDS = 5  # notes that the walk returns to
_RETURN = 0.5  # chance of returning at each step; links two steps away still count


def pagerank_boost(
    scores: Mapping[int, float], links: Iterable[tuple[int, int]], weight: float
) -> dict[int, float]:
    """What to add to the score of each note's passages, 0 to `weight`, by note id; `scores` are those of their best passages."""
    import networkx as nx

    seeds = _best(scores)
    graph = nx.Graph()
    graph.add_edges_from((one, other) for one, other in links if one != other)
    near = {seed: scores[seed] for seed in seeds if seed in graph}
    if not near:
        return {}
    within = {note for seed in near for note in nx.ego_graph(graph, seed, radius=2)}
    ranks: dict[int, float] = nx.pagerank(graph.subgraph(within), alpha=1 - _RETURN, personalization=near)
    highest = max(ranks.values())
    return {note: weight * rank / highest for note, rank in ranks.items()}


def _best(scores: Mapping[int, float]) -> Sequence[int]:
    return sorted(scores, key=lambda note: -scores[note])[:_SEEDS]
