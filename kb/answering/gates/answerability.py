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

from kb.answering.evidence.sentences import Evidence
from kb.answering.gates.odds import log_odds, probability
from kb.answering.question.question import Question

MIN_CONFIDENCE_TO_RETRY = (
    0.1  # confidence below which no other way of searching has been seen to find an answer
)
_INTERCEPT = -9.35
_SIMILARITY, _COVERAGE, _COVERED = 8.64, 0.87, 7.26
# "How many" and "when" are hardly ever answered without a number or a date: on XQuAD (en) 96 % and 84 % of the gold
# sentences hold one that our patterns know; all 21 answerable questions of SQuAD 2.0 for a number had one among their
# three quotes.
_MISSING = {"number": 0.25, "date": 0.5}
# A number that counts something else: its log odds on 28 questions of SQuAD 2.0, 3 of 15 answerable, 5 of 13 not.
_COUNTS_OTHERS = math.log(0.5)
# Beside a verifier, of 304 questions on XQuAD (en), some with their note hidden or a name or number exchanged: any share
# from 0.3 to 1 lets 94 to 95 % of the answerable ones pass, 53 to 55 % of those exchanged, 9 to 14 % of those hidden.
_SHARE = 0.3
_PRIOR = math.log(
    1 / 2
)  # of the questions fitted on, one in three could be answered; a verifier takes one in two
_READ = 3  # sentences looked at for it, as many as are quoted


def confidence(question: Question, evidence: Sequence[Evidence]) -> float:
    """The probability, 0 to 1, that `evidence` (best first) answers `question`."""
    if not evidence:
        return 0.0
    best = evidence[0]
    sure = probability(
        _INTERCEPT + _SIMILARITY * best.similarity + _COVERAGE * best.coverage + _COVERED * best.covered
    )
    kind = max(item.kind for item in evidence[:_READ])
    if not kind:
        sure *= _MISSING.get(question.kind, 1.0)
    elif question.counted and kind < 1:
        sure = probability(log_odds(sure) + _COUNTS_OTHERS)
    return sure


def combine_log_odds(sure: float, verified: float) -> float:
    """Gate A's probability and a verifier's, as one: their log odds added up, hers counting `_SHARE`.

    The two are not independent: the verifier sees much of what the gate has counted.
    """
    return probability(_SHARE * (log_odds(sure) - _PRIOR) + log_odds(verified))
