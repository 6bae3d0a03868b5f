"""Retrieval mode: how high the gold notes rank."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.evaluation.questions import GoldQuestion

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class RetrievalFigures:
    """Means over the answerable questions, in [0, 1], and latency in seconds."""

    questions: int
    ndcg: float  # at 10, binary gain (Järvelin and Kekäläinen, 2002)
    hit_1: float
    hit_5: float
    mrr: float  # at 10
    seconds_p50: float
    seconds_p95: float


def judge_retrieval(
    questions: Sequence[GoldQuestion], ranked_notes: Callable[[str], Sequence[str]]
) -> RetrievalFigures:
    """Rank notes for each answerable question with `ranked_notes` and compare with its gold notes."""
    rows: list[tuple[float, float, float, float]] = []
    seconds: list[float] = []
    for gold in questions:
        if gold.unanswerable:
            continue
        start = time.perf_counter()
        ranking = list(dict.fromkeys(ranked_notes(gold.question)))[:_DEPTH]
        seconds.append(time.perf_counter() - start)
        ranks = [rank for rank, note in enumerate(ranking, start=1) if note in gold.notes]
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold.notes), _DEPTH) + 1))
        first = ranks[0] if ranks else math.inf
        rows.append(
            (sum(1 / math.log2(rank + 1) for rank in ranks) / ideal, first <= 1, first <= 5, 1 / first)
        )
    seconds.sort()
    means = [statistics.fmean(column) for column in zip(*rows, strict=True)] if rows else [0.0] * 4
    ndcg, hit_1, hit_5, mrr = means
    return RetrievalFigures(
        questions=len(rows),
        ndcg=ndcg,
        hit_1=hit_1,
        hit_5=hit_5,
        mrr=mrr,
        seconds_p50=seconds[len(seconds) // 2] if seconds else 0.0,
        seconds_p95=seconds[int(0.95 * (len(seconds) - 1))] if seconds else 0.0,
    )
