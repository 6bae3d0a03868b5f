"""The odds that a mention deserves a link: a logistic regression, drawn to weights that hold for any vault.

scikit-learn's shrinks weights to zero; here they shrink to the weights learned from other vaults, the less the more
links the vault has of its own. So a small vault gets sound weights, a large one its own, and nothing is switched.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_STEPS = 30
_LIMIT = 30.0


class Ranker:
    """Weights of the features and a constant."""

    def __init__(self, weights: Sequence[float]) -> None:
        self.weights: Array = np.asarray(weights, dtype=np.float64)  # the last one is the constant

    def odds(self, rows: Sequence[Sequence[float]]) -> Array:
        """The probability of each row."""
        if not len(rows):
            return np.empty(0)
        return _sigmoid(_with_constant(rows) @ self.weights)


def fit(
    rows: Sequence[Sequence[float]],
    labels: Sequence[bool],
    prior: Ranker,
    strength: float = 1.0,
    importance: Sequence[float] | None = None,
) -> Ranker:
    """The most probable weights when each is known beforehand to be near the prior's, by 1/sqrt(strength).

    Newton's method; it converges in some ten steps, in milliseconds.
    """
    if not len(rows):
        return prior
    x, y = _with_constant(rows), np.asarray(labels, dtype=np.float64)
    share = np.ones(len(y)) if importance is None else np.asarray(importance, dtype=np.float64)
    start = prior.weights
    weights = start.copy()
    penalty = np.full(len(weights), strength)
    penalty[-1] = strength / 10
    value = _loss(x, y, share, weights, start, penalty)
    for _ in range(_STEPS):
        odds = _sigmoid(x @ weights)
        slope = x.T @ (share * (odds - y)) + penalty * (weights - start)
        curve = (x * (share * odds * (1 - odds))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        scale = 1.0
        while scale > 1e-4:
            trial = weights - scale * step
            lower = _loss(x, y, share, trial, start, penalty)
            if lower <= value:
                break
            scale /= 2
        else:
            break
        done = value - lower < 1e-8 * max(1.0, value)
        weights, value = trial, lower
        if done:
            break
    return Ranker(list(weights))


def _loss(x: Array, y: Array, share: Array, weights: Array, start: Array, penalty: Array) -> float:
    scores = x @ weights
    return float(
        (share * (np.logaddexp(0, scores) - y * scores)).sum()
        + 0.5 * (penalty * (weights - start) ** 2).sum()
    )


def _with_constant(rows: Sequence[Sequence[float]]) -> Array:
    matrix = np.asarray(rows, dtype=np.float64)
    return np.hstack([matrix, np.ones((len(matrix), 1))])


def _sigmoid(scores: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(scores, -_LIMIT, _LIMIT)))
    return result
