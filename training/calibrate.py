"""Fit what the probability of an answer is made of: `python -m training.calibrate [SET] [--only FEATURE,…]`.

Asks the questions of SET (default: `dev/` beside this file, a vault and questions written for this project and trained on
by nothing) as `kb ask` searches and reads, and fits the weights of kb/answering/evidence/candidate.py by a conditional logit model:
one of a question's candidates answers it, or none does. Prints the weights fitted on all questions, and figures of five
folds, each judged with weights fitted on the other four. With `--only`, the other weights stay those in use. The sets of ../shared/eval are not touched.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from kb.answering.conversation import Turn
from kb.answering.evidence.candidate import INTERCEPT, WEIGHTS, Candidate, Features
from kb.answering.evidence.reader_evidence import EvidenceReader
from kb.answering.question.follow_up import rewrite_follow_up
from kb.answering.question.intent import intent_of
from kb.answering.question.question import read_question
from kb.answering.strategies import strategies_of
from kb.evaluation.questions import GoldQuestion, load_questions
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings

Matrix = NDArray[np.float64]
_FOLDS = 5
_PENALTY = 0.3  # on squared weights of standardised features
_PENALTY_OF_SOME = 0.02  # on squared weights as they are
_OF_SEVERAL = ("list", "howto", "compare", "count")  # kinds of question
_THRESHOLDS = (0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the features of its candidates, shape (n, features), and which of them answer it."""

    gold: GoldQuestion
    features: Matrix
    right: NDArray[np.bool_]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Fit the weights of candidates.")
    parser.add_argument("set", nargs="?", type=Path, default=Path(__file__).parent / "dev")
    parser.add_argument("--only", default="", help="features whose weights are fitted, parted by commas")
    options = parser.parse_args()
    folder, only = options.set, [name for name in options.only.split(",") if name]
    with tempfile.TemporaryDirectory(prefix="kb-calibrate-") as index:
        base = KnowledgeBase(Settings(folder / "notes", Path(index) / "index"))
        base.index()
        cases = [_case(base, gold) for gold in load_questions(folder)]
        base.close()
    weights, intercept = fit_some(cases, only) if only else fit(cases)
    print(
        f"WEIGHTS = Features({', '.join(f'{weight:.3g}' for weight in weights)})\nINTERCEPT = {intercept:.3f}"
    )
    _report(cases, only)


def fit(cases: Sequence[Case]) -> tuple[Matrix, float]:
    """Weights of the features, and the intercept against "none of them"."""
    rows = np.concatenate([case.features for case in cases])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = [(case.features - mean) / spread for case in cases]

    def loss(values: Matrix) -> tuple[float, Matrix]:
        total, slope = _PENALTY * float(values[:-1] @ values[:-1]), np.zeros_like(values)
        slope[:-1] = 2 * _PENALTY * values[:-1]
        for features, case in zip(scaled, cases, strict=True):
            chances, none = _chances(features @ values[:-1] + values[-1])
            hit = chances[case.right].sum() if case.right.any() else none
            total -= float(np.log(hit + 1e-12))
            wrong = chances.copy()
            if case.right.any():
                wrong[case.right] -= chances[case.right] / hit
            slope[:-1] += features.T @ wrong
            slope[-1] += wrong.sum()
        return total, slope

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def fit_some(cases: Sequence[Case], names: Sequence[str]) -> tuple[Matrix, float]:
    """Weights in which those of `names` are fitted and the others are those in use, and the intercept in use."""
    places = [Features._fields.index(name) for name in names]

    def weights(values: Matrix) -> Matrix:
        whole = np.array(WEIGHTS)
        whole[places] = values
        return whole

    def loss(values: Matrix) -> float:
        total = _PENALTY_OF_SOME * float(values @ values)
        for case in cases:
            chances, none = _chances(case.features @ weights(values) + INTERCEPT)
            total -= float(np.log((chances[case.right].sum() if case.right.any() else none) + 1e-12))
        return total

    return weights(minimize(loss, np.zeros(len(places)), method="Nelder-Mead").x), INTERCEPT


def _case(base: KnowledgeBase, gold: GoldQuestion) -> Case:
    retriever, catalog = base.retriever, base.catalog
    _, search = strategies_of(retriever, catalog, base.settings.answers.passages)[0]
    turns: list[Turn] = []
    for earlier in gold.history:
        turns.append(Turn(rewrite_follow_up(earlier, turns, lambda: _names(base)).text, ""))
    text = rewrite_follow_up(gold.question, turns, lambda: _names(base)).text
    question = read_question(text, retriever.document_frequency, retriever.passage_count())
    reader = EvidenceReader(
        base.models.reader, catalog.passages_of, catalog.day_names().day_of, base.models.embedder
    )
    found = reader.candidates(question, intent_of(text), search(question, []))
    found = [item for item in found if any(item.features)]  # a cell is found by its row and column alone
    features = np.array([item.features for item in found]).reshape(len(found), len(Features._fields))
    right = np.array([_answers(gold, item) for item in found], dtype=bool)
    return Case(gold, features, right)


def _answers(gold: GoldQuestion, item: Candidate) -> bool:
    """Whether an item holds what is accepted; a whole block only where several things are asked for."""
    if gold.unanswerable or not gold.is_held_by(f"{item.under}\n{item.text}"):
        return False
    return not item.features.whole or len(gold.groups) > 1 or gold.kind in _OF_SEVERAL


def _names(base: KnowledgeBase) -> list[str]:
    return [name for names in base.catalog.names() for name in (names.title, *names.aliases)]


def _chances(scores: Matrix) -> tuple[Matrix, float]:
    """The probability of each candidate, and of none."""
    top = max(float(scores.max(initial=0.0)), 0.0)
    weights = np.exp(scores - top)
    total = weights.sum() + np.exp(-top)
    return weights / total, float(np.exp(-top) / total)


def _report(cases: Sequence[Case], only: Sequence[str]) -> None:
    order = np.random.default_rng(0).permutation(len(cases))
    sure, hit = np.zeros(len(cases)), np.zeros(len(cases), dtype=bool)
    for fold in np.array_split(order, _FOLDS):
        others = [cases[i] for i in order if i not in set(fold)]
        weights, intercept = fit_some(others, only) if only else fit(others)
        for i in fold:
            if len(cases[i].features):
                scores = cases[i].features @ weights + intercept
                sure[i] = 1 / (1 + np.exp(-scores.max()))
                hit[i] = cases[i].right[scores.argmax()]
    known = np.array([not case.gold.unanswerable for case in cases])
    reached = np.array([case.right.any() for case in cases])
    above = sure[known][:, None] - sure[~known][None]
    print(
        f"{len(cases)} questions; a candidate answers {reached[known].mean():.3f}, the first {hit[known].mean():.3f}"
    )
    print(f"area {np.mean((above > 0) + 0.5 * (above == 0)):.3f}")
    for least in _THRESHOLDS:
        said = sure >= least
        print(
            f"from {least}: right {(hit & said)[known].mean():.3f}, wrong {(~hit & said)[known].mean():.3f}, "
            f"not held and answered {said[~known].mean():.3f}"
        )
    for kind in dict.fromkeys(case.gold.kind for case in cases):
        chosen = np.array([case.gold.kind == kind for case in cases])
        print(
            f"{kind}: {chosen.sum()}, a candidate {reached[chosen].mean():.2f}, the first {hit[chosen].mean():.2f}"
        )


if __name__ == "__main__":
    main()
