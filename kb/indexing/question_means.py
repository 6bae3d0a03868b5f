"""What questions of one language have in common, so that a search goes by what they ask.

The vectors of multilingual-e5-small lie close together, those of one language closest: a question is near a passage also
because both are in Arabic, or because the passage is near to anything. The mean of many questions of a language is that
common part. Of the means of 19 languages the nearest to a question is its language's (for 99 % of questions), and half of
it is taken away: across languages and scripts that finds up to .05 more (nDCG@10, tests/bench/README.md), within one
language .005 more. `training/question_means.py` makes the file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "e5_question_means.npz"
_SHARE = 0.5  # of the mean that is taken away; .3 to .8 find nearly the same

Vectors = NDArray[np.float32]


def without_mean(vector: Vectors) -> Vectors:
    """A unit vector, shape (dimension,), of what a question's unit vector says beyond the mean of its language."""
    means = _means()
    nearest = means[np.argmax(means @ vector / np.linalg.norm(means, axis=1))]
    rest = vector - _SHARE * nearest
    result: Vectors = rest / np.linalg.norm(rest)
    return result


@cache
def _means() -> Vectors:
    """Shape (languages, dimension)."""
    with np.load(FILE, allow_pickle=False) as stored:
        return np.asarray(stored["means"], dtype=np.float32)
