"""Fits the weight of the fusion, and the threshold of confidence, to one vault; half of its questions judge the result."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from kb.answering.answerer import Answerer
from kb.evaluation.questions import GoldQuestion
from kb.evaluation.retrieval import judge_retrieval
from kb.knowledge_base import KnowledgeBase

WEIGHTS = tuple(step / 10 for step in range(11))
THRESHOLDS = tuple(step / 100 for step in range(20, 71, 5))
_SEARCHED = 40  # passages among which enough are left when a note is hidden
FEWEST = 40  # questions from which a fit means anything


@dataclass(frozen=True, slots=True)
class Tuned:
    """The best weight, and nDCG@10 on the half that did not choose it."""

    weight: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The best threshold, and on the half that did not choose it: answered when the note is there, and when hidden."""

    threshold: float
    answered_before: float
    invented_before: float
    answered: float
    invented: float


def tune(
    questions: Sequence[GoldQuestion],
    rank: Callable[[float], Callable[[str], Sequence[str]]],
    current: float,
) -> Tuned:
    """`rank` makes for a weight what ranks notes for a question."""
    fit, judge = _halves(questions)
    scores = {weight: judge_retrieval(fit, rank(weight)).ndcg for weight in {*WEIGHTS, current}}
    best = max(scores, key=lambda weight: (round(scores[weight], 4), -abs(weight - current)))
    return Tuned(best, judge_retrieval(judge, rank(current)).ndcg, judge_retrieval(judge, rank(best)).ndcg)


def calibrate(base: KnowledgeBase, questions: Sequence[GoldQuestion], current: float) -> Calibrated:
    """Compare how sure kb is of each question with its note, and with that note hidden."""
    with closing(Answerer(base)) as answerer:
        fit, judge = ([_confidences(base, answerer, gold) for gold in half] for half in _halves(questions))

    def shares(rows: Sequence[tuple[float, float]], threshold: float) -> tuple[float, float]:
        return (
            statistics.fmean(present >= threshold for present, _ in rows),
            statistics.fmean(hidden >= threshold for _, hidden in rows),
        )

    def worth(threshold: float) -> tuple[float, float]:
        answered, invented = shares(fit, threshold)
        return round(answered - invented, 3), -abs(threshold - current)

    best = max({*THRESHOLDS, current}, key=worth)
    return Calibrated(best, *shares(judge, current), *shares(judge, best))


def _confidences(base: KnowledgeBase, answerer: Answerer, gold: GoldQuestion) -> tuple[float, float]:
    hits = base.retriever.search(gold.question, _SEARCHED, per_note=None)
    without = [hit for hit in hits if hit.passage.note_path not in gold.notes]
    few = base.settings.answers.passages
    present, hidden = (answerer.confidence(gold.question, some[:few], gold.today) for some in (hits, without))
    return present, hidden


def _halves(questions: Sequence[GoldQuestion]) -> tuple[list[GoldQuestion], list[GoldQuestion]]:
    mixed = list(questions)
    random.Random(0).shuffle(mixed)
    return mixed[::2], mixed[1::2]
