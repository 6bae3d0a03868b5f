"""Convex combination of lexical and dense scores, weighed by what each leg is worth for the query at hand.

Chosen over reciprocal rank fusion, which throws the scores' sizes away (Bruch, Gai and Ingber, "An Analysis of
Fusion Functions for Hybrid Retrieval", 2023); tests/bench/README.md holds our measurements.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

# A passage counts half by its own words and half by those of its note: what is asked for often stands in two of them.
# Anything from 0.35 to 1 gained on all six sets but one, most where word pieces are short and passages with them
# (xquad-ar .854 to .883).
_NOTE_SHARE = 0.5
# Log odds of the dense retriever's weight, as tests/bench/bench_fusion.py fits them: a constant, coverage by the best passages
# of the lexical and of the dense retriever, their product, and how far the cosines spread.
_LOG_ODDS = (3.26, -5.02, -2.80, 4.85, 0.47)
# The best lexical score counts in full from this coverage on. Else the one passage in which an "is" stands would be first
# in a small vault, where cosines spread little; on the sets it changes .006 at most, either way.
_COVERED = 0.4
_WIDEST = 1.5  # spread from which on more says nothing


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the question's words the best passages of each leg hold, 0 to 1; see kb.retrieval.coverage.

    Little where they are of another language, or where the model does not know this one.
    """

    lexical: float
    dense: float


@dataclass(frozen=True, slots=True)
class RetrieverScores:
    """What both retrievers found for a query."""

    lexical: Mapping[int, float]  # BM25 by passage id
    dense: Mapping[int, float]  # cosine similarity by passage id
    coverage: Coverage | None = (
        None  # None where the model knows one language: the weight is then the usual one
    )


@dataclass(frozen=True, slots=True)
class Fused:
    """Scores of one passage, each in [0, 1]; 0 where a leg did not find it."""

    score: float
    lexical: float
    dense: float


def with_whole_notes(
    passages: Mapping[int, float], notes: Mapping[int, float], owners: Mapping[int, int]
) -> dict[int, float]:
    """BM25 scores of passages, mixed with those of the notes they belong to, each as a share of the best."""
    own, whole = _by_maximum(passages), _by_maximum(notes)
    return {
        passage: (1 - _NOTE_SHARE) * score + _NOTE_SHARE * whole.get(owners[passage], 0.0)
        for passage, score in own.items()
    }


def fuse(found: RetrieverScores, usual_weight: float, spread: float) -> dict[int, Fused]:
    """Combine both retrievers' scores by passage id; a leg that found nothing leaves all the weight to the other.

    `usual_weight` of the dense retriever is 0.5 where nothing is known better; 0 and 1 leave one leg alone. `spread` is how far
    apart the model's cosines lie when it tells passages apart well.
    """
    lexical, dense = shares(found, spread)
    weight = float(bool(dense))
    if lexical and dense:
        weight = dense_weight(features(found, spread), usual_weight)
    return {
        passage: Fused(
            score=weight * dense.get(passage, 0.0) + (1 - weight) * lexical.get(passage, 0.0),
            lexical=lexical.get(passage, 0.0),
            dense=dense.get(passage, 0.0),
        )
        for passage in {*lexical, *dense}
    }


def shares(found: RetrieverScores, spread: float) -> tuple[dict[int, float], dict[int, float]]:
    """The scores of each leg, in [0, 1]."""
    lexical = _by_maximum(found.lexical)
    if found.coverage is not None and found.coverage.lexical < _COVERED:
        share = found.coverage.lexical / _COVERED
        lexical = {passage: share * score for passage, score in lexical.items()}
    return lexical, _by_range(found.dense, spread)


def features(found: RetrieverScores, spread: float) -> tuple[float, ...]:
    """What the weight depends on; empty where it is the usual one."""
    if found.coverage is None or not found.dense:
        return ()
    lexical, dense = found.coverage.lexical, found.coverage.dense
    cosines = found.dense.values()
    spreading = min((max(cosines) - min(cosines)) / spread, _WIDEST)
    return 1.0, lexical, dense, lexical * dense, spreading


def dense_weight(values: tuple[float, ...], usual: float, log_odds: tuple[float, ...] = _LOG_ODDS) -> float:
    """The dense retriever's weight for a query with these features, in [0, 1]."""
    if not values or not 0 < usual < 1:
        return usual
    total = math.log(usual / (1 - usual))
    total += sum(value * weight for value, weight in zip(values, log_odds, strict=True))
    return 1 / (1 + math.exp(-total))


def _by_maximum(scores: Mapping[int, float]) -> dict[int, float]:
    """BM25 starts at 0, so that the best one alone sets the scale."""
    best = max(scores.values(), default=0.0)
    return {passage: score / best for passage, score in scores.items()} if best > 0 else {}


def _by_range(scores: Mapping[int, float], spread: float) -> dict[int, float]:
    """Cosine similarities crowd together, so that the worst candidate is their zero.

    Their best reaches 1 only when they spread enough: a model that does not know the language has little to say.
    """
    if not scores:
        return {}
    worst, best = min(scores.values()), max(scores.values())
    if best <= worst:
        return {passage: min(1.0, max(0.0, score) / spread) for passage, score in scores.items()}
    return {passage: (score - worst) / max(best - worst, spread) for passage, score in scores.items()}
