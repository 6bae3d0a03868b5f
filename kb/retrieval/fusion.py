"""Convex combination of lexical and dense scores.

Chosen over reciprocal rank fusion, which throws the scores' sizes away (Bruch, Gai and Ingber, "An Analysis of
Fusion Functions for Hybrid Retrieval", 2023); tests/bench/README.md holds our measurements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Cosines that spread less than this over the candidates do not tell them apart: MiniLM spreads 0.53 over English
# questions and 0.22 over Chinese ones, which it cannot read. Of 0 to 0.7, 0.5 and 0.6 did best on all sets together
# (xquad-zh .952 instead of .875, squad2 .961 instead of .958).
FULL_SPREAD = 0.5
# A passage counts half by its own words and half by those of its note: what is asked for often stands in two of them.
# Anything from 0.35 to 1 gained on all six sets but one, most where word pieces are short and passages with them
# (xquad-ar .854 to .883).
_NOTE_SHARE = 0.5


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


def fuse(lexical: Mapping[int, float], dense: Mapping[int, float], dense_weight: float) -> dict[int, Fused]:
    """Combine both legs' scores by passage id; a leg that found nothing leaves all the weight to the other."""
    lexical_share = _by_maximum(lexical)
    dense_share = _by_range(dense)
    weight = dense_weight if lexical and dense else float(bool(dense))
    return {
        passage: Fused(
            score=weight * dense_share.get(passage, 0.0) + (1 - weight) * lexical_share.get(passage, 0.0),
            lexical=lexical_share.get(passage, 0.0),
            dense=dense_share.get(passage, 0.0),
        )
        for passage in {*lexical, *dense}
    }


def _by_maximum(scores: Mapping[int, float]) -> dict[int, float]:
    """BM25 starts at 0, so that the best one alone sets the scale."""
    best = max(scores.values(), default=0.0)
    return {passage: score / best for passage, score in scores.items()} if best > 0 else {}


def _by_range(scores: Mapping[int, float]) -> dict[int, float]:
    """Cosine similarities crowd together, so that the worst candidate is their zero.

    Their best reaches 1 only when they spread enough: a model that does not know the language has little to say.
    """
    if not scores:
        return {}
    worst, best = min(scores.values()), max(scores.values())
    if best <= worst:
        return {passage: min(1.0, max(0.0, score) / FULL_SPREAD) for passage, score in scores.items()}
    spread = max(best - worst, FULL_SPREAD)
    return {passage: (score - worst) / spread for passage, score in scores.items()}
