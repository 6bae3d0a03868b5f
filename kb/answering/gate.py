"""Gate A: do the notes hold what was asked for at all?

A logistic regression over how the best sentence speaks to the question. Fitted on 595 questions of XQuAD (en) with
their notes present, with the gold note hidden, and with the whole article hidden: at the threshold below 93 % of the
answerable questions pass, 20 % of those whose note is hidden (its siblings remain) and 2.5 % of those whose topic is
absent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kb.answering.evidence import Evidence
from kb.answering.question import Question

_INTERCEPT = -9.44
_SIMILARITY, _COVERAGE, _NEARBY, _COVERED = 9.87, 0.53, 3.40, 4.15
# "How many" and "when" are hardly ever answered without a number or a date: on XQuAD (en) 96 % and 84 % of the gold
# sentences hold one that our patterns know.
_KIND_MISSING = 0.5
_READ = 3  # sentences looked at for it, as many as are quoted
THRESHOLD = 0.4  # confidence below which kb says that the notes do not hold the answer


def confidence(question: Question, evidence: Sequence[Evidence]) -> float:
    """The probability, 0 to 1, that `evidence` (best first) answers `question`."""
    if not evidence:
        return 0.0
    best = evidence[0]
    logit = (
        _INTERCEPT
        + _SIMILARITY * best.similarity
        + _COVERAGE * best.coverage
        + _NEARBY * best.nearby
        + _COVERED * best.covered
    )
    probability = 1 / (1 + math.exp(-logit))
    if question.kind in ("number", "date") and not any(item.kind for item in evidence[:_READ]):
        probability *= _KIND_MISSING
    return probability
