"""Probabilities as log odds, in which what is independent adds up."""

from __future__ import annotations

import math

_LEAST, _MOST = 0.001, 0.999  # probabilities beyond are no surer


def log_odds(probability: float) -> float:
    """The logarithm of the odds; certainty is cut to what can be counted with."""
    kept = min(max(probability, _LEAST), _MOST)
    return math.log(kept / (1 - kept))


def probability(odds: float) -> float:
    """The probability, 0 to 1, whose log odds these are."""
    return 1 / (1 + math.exp(-odds))
