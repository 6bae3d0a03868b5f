"""Fits the weight of the dense retriever by query on half of the sets and judges it on all.

    python tests/bench/bench_fusion.py ../shared/eval CACHE [QUESTIONS]

Sets of XQuAD are asked over notes of their own language and across: questions in German over notes in English, and so on.
Notes are embedded once with multilingual-e5-small; what both legs find is kept in CACHE, too. Models of one language keep the
usual weight.
"""

from __future__ import annotations

import json
import math
import pickle
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from kb.indexing.embedding_model import MULTILINGUAL  # noqa: E402
from kb.retrieval.fusion import dense_weight, features, shares  # noqa: E402

_DEPTH = 10
_LANGUAGES = ("en", "de", "es", "ar", "zh")
# Languages of questions and notes that the weights are fitted on; all else only judges.
_FITTED = {"xquad-en", "xquad-es", "xquad-ar"}
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """A question with what both legs found, passages in one order."""

    lexical: Vector
    dense: Vector
    features: tuple[float, ...]
    paths: tuple[str, ...]
    gold: frozenset[str]

    def scores(self, log_odds: Sequence[float], usual: float = 0.5) -> Vector:
        if not self.features:
            return self.dense if self.dense.any() else self.lexical
        weight = dense_weight(self.features, usual, tuple(log_odds))
        return weight * self.dense + (1 - weight) * self.lexical

    def ndcg(self, scores: Vector) -> float:
        order = np.argsort(-scores, kind="stable")
        notes = list(dict.fromkeys(self.paths[place] for place in order))[:_DEPTH]
        ideal = sum(1 / math.log2(rank + 2) for rank in range(min(len(self.gold), _DEPTH)))
        return sum(1 / math.log2(rank + 2) for rank, note in enumerate(notes) if note in self.gold) / ideal


def pairs() -> Iterator[tuple[str, str]]:
    """(set of the questions, set of the notes)."""
    for told in _LANGUAGES:
        for asked in _LANGUAGES:
            if asked == told or "en" in (asked, told):
                yield f"xquad-{asked}", f"xquad-{told}"
    for name in ("squad2", "notebook"):
        yield name, name


def found(sets: Path, cache: Path, pair: tuple[str, str], most: int) -> list[Asked]:
    """What both legs find for the questions of a pair."""
    from kb.knowledge_base import KnowledgeBase
    from kb.settings import EmbeddingSettings, Settings

    asked, told = pair
    kept = cache / f"{asked} {told} {most}.pickle"
    if kept.is_file():
        return list(pickle.loads(kept.read_bytes()))
    settings = Settings(sets / told / "notes", cache / told, embedding=EmbeddingSettings(MULTILINGUAL))
    with closing(KnowledgeBase(settings)) as base:
        base.index()
        rows = [one_found(base, row) for row in questions(sets / asked, most)]
    kept.write_bytes(pickle.dumps(rows))
    return rows


def one_found(base: Any, row: dict[str, Any]) -> Asked:
    candidates = base.retriever.found(row["question"])
    lexical, dense = shares(candidates, base.models.embedder.spread)
    ids = sorted({*lexical, *dense})
    return Asked(
        lexical=np.array([lexical.get(id, 0.0) for id in ids]),
        dense=np.array([dense.get(id, 0.0) for id in ids]),
        features=features(candidates, base.models.embedder.spread),
        paths=tuple(passage.note_path for passage in base.catalog.passages(ids)),
        gold=frozenset(row["notes"]),
    )


def questions(folder: Path, most: int) -> list[dict[str, Any]]:
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if not row.get("unanswerable")]
    random.Random(1).shuffle(rows)
    return rows[:most]


def fitted(rows: Sequence[Asked]) -> Vector:
    """Log odds that make the passages of gold notes most probable, where scores are log probabilities up to a scale."""
    from scipy.optimize import minimize

    golden = [np.array([path in row.gold for path in row.paths]) for row in rows]

    def loss(theta: Vector) -> float:
        total = 0.0
        for row, gold in zip(rows, golden, strict=True):
            scores = math.exp(theta[-1]) * row.scores(theta[:-1])  # type: ignore[arg-type]
            likely = np.exp(scores - scores.max())
            total -= math.log(max(likely[gold].sum() / likely.sum(), 1e-9))
        return total / len(rows)

    start = np.array([0.0] * 5 + [2.0])
    return np.asarray(minimize(loss, start, method="L-BFGS-B", options={"maxiter": 40}).x[:-1])


def main(sets: Path, cache: Path, most: int) -> None:
    from kb.retrieval.fusion import _LOG_ODDS

    cache.mkdir(parents=True, exist_ok=True)
    data = {pair: found(sets, cache, pair, most) for pair in pairs()}
    log_odds = fitted([row for pair, rows in data.items() if _FITTED.issuperset(pair) for row in rows])
    print("log odds:", ", ".join(f"{value:.2f}" for value in log_odds), "\n")
    print("| questions | notes | lexical | dense | half each | by query | as in kb | mean weight |")
    print("|---|---|---|---|---|---|---|---|")
    half = [0.0] * len(log_odds)
    for pair, rows in data.items():
        ways = [
            [row.ndcg(row.lexical) for row in rows],
            [row.ndcg(row.dense) for row in rows],
            [row.ndcg(row.scores(half)) for row in rows],
            [row.ndcg(row.scores(log_odds)) for row in rows],  # type: ignore[arg-type]
            [row.ndcg(row.scores(_LOG_ODDS)) for row in rows],
        ]
        weight = np.mean([dense_weight(row.features, 0.5, _LOG_ODDS) for row in rows if row.features])
        mark = " (fitted)" if _FITTED.issuperset(pair) else ""
        figures = " | ".join(f"{np.mean(way):.3f}" for way in ways)
        print(f"| {pair[0]} | {pair[1]}{mark} | {figures} | {weight:.2f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 200)
