"""Personalised PageRank (Page et al., 1999; Haveliwala, 2002): where a walk that keeps starting again spends its time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STEPS = 20  # what is left out is below `damping` to this power


def personalised_pagerank(
    origins: NDArray[np.int64], ends: NDArray[np.int64], start: NDArray[np.float64], damping: float
) -> NDArray[np.float64]:
    """The share of its time that a walk spends at each of n nodes, shape (n,).

    Edges lead from `origins` to `ends`, numbers of nodes, shape (edges,). `start`, shape (n,), adds up to 1: where the
    walk starts, and where it starts again with chance 1 - `damping`, or when no edge leads on.
    """
    size = len(start)
    degree = np.bincount(origins, minlength=size)
    share = 1 / np.maximum(degree, 1)[origins]
    stuck = degree == 0
    state = start.copy()
    for _ in range(_STEPS):
        flow = np.bincount(ends, weights=state[origins] * share, minlength=size)
        state = (1 - damping) * start + damping * (flow + state[stuck].sum() * start)
    return state
