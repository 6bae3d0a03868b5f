"""Gate A: do the notes hold what was asked for at all?

A logistic regression over how the best sentence speaks to the question, fitted on 500 questions of XQuAD (en) three
times: with their notes present, with the gold note hidden, and with its whole article hidden. At a threshold of 0.4, the default,
91 % of the answerable questions pass, 13 % of those whose note is hidden (its siblings remain) and 1 % of those whose
topic is absent. On SQuAD 2.0, not used for fitting, 89 % of the answerable ones pass, and 80 % of the trick questions,
whose paragraph is there and speaks of something else: this gate cannot see those.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kb.answering.evidence import Evidence
from kb.answering.question import Question

_INTERCEPT = -9.35
_SIMILARITY, _COVERAGE, _COVERED = 8.64, 0.87, 7.26
# "How many" and "when" are hardly ever answered without a number or a date: on XQuAD (en) 96 % and 84 % of the gold
# sentences hold one that our patterns know; all 21 answerable questions of SQuAD 2.0 for a number had one among their
# three quotes.
_MISSING = {"number": 0.25, "date": 0.5}
# A number that counts something else: its odds on 28 questions of SQuAD 2.0, 3 of 15 answerable, 5 of 13 not.
_COUNTS_OTHERS = 0.5
_READ = 3  # sentences looked at for it, as many as are quoted


def confidence(question: Question, evidence: Sequence[Evidence]) -> float:
    """The probability, 0 to 1, that `evidence` (best first) answers `question`."""
    if not evidence:
        return 0.0
    best = evidence[0]
    logit = _INTERCEPT + _SIMILARITY * best.similarity + _COVERAGE * best.coverage + _COVERED * best.covered
    probability = 1 / (1 + math.exp(-logit))
    kind = max(item.kind for item in evidence[:_READ])
    if not kind:
        probability *= _MISSING.get(question.kind, 1.0)
    elif question.counted and kind < 1:
        odds = _COUNTS_OTHERS * probability / (1 - probability)
        probability = odds / (1 + odds)
    return probability
