"""Fit the probability that what the reader found answers a question: `python -m tests.bench.calibrate_reader [QUESTIONS]`.

Asks questions of the written notes (training/written: near misses among them) of all those notes as one vault, as `kb ask`
searches and reads, and fits the probability that the block of the likeliest candidate holds the answer. Prints the weights for kb/answering/candidates.py, the area, and a reliability table. The reader has seen these notes, once or
twice among 60,000 rows; the sets of ../shared/eval are not touched.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.answering.candidates import WEIGHTS, Features, candidates_of
from kb.answering.intent import intent_of
from kb.answering.question import read_question
from kb.answering.sections import sections_of
from kb.answering.ways import ways_of
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from training.written_notes import HERE, WrittenNote, written_notes

Matrix = NDArray[np.float64]
_CANDIDATES = 6  # looked at for each question


def main() -> None:
    """Run from the command line."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    with tempfile.TemporaryDirectory(prefix="kb-calibrate-") as folder:
        notes = written_notes()
        vault = Path(folder) / "vault"
        for number, note in enumerate(notes):
            file = vault / f"{number:03}" / note.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(note.text, encoding="utf-8")
        base = KnowledgeBase(Settings(vault, Path(folder) / "index"))
        base.index()
        features, right, first = _asked(base, notes, most)
        base.close()
    together = features @ np.array(WEIGHTS)
    best = np.array([group[np.argmax(together[group])] for group in first])
    slope, shift = _logistic(together[best], right[best])
    scaled = Features(*(round(float(slope * weight), 3) for weight in WEIGHTS))
    print(f"{len(first)} questions of {HERE / 'written'}: WEIGHTS = {scaled}, INTERCEPT = {shift:.3f}")
    scores, hit = slope * together[best] + shift, right[best]
    print(f"the likeliest candidate answers: {hit.mean():.3f} of all questions")
    above = scores[hit == 1][:, None] - scores[hit == 0][None]
    print(f"area {np.mean((above > 0) + 0.5 * (above == 0)):.3f}")
    sure = 1 / (1 + np.exp(-scores))
    for low in np.arange(0, 1, 0.1):
        inside = (sure >= low) & (sure < low + 0.1)
        if inside.any():
            print(f"{low:.1f} to {low + 0.1:.1f}: {inside.sum():4} answers, {hit[inside].mean():.2f} right")


def _asked(
    base: KnowledgeBase, notes: Sequence[WrittenNote], most: int
) -> tuple[Matrix, Matrix, list[NDArray[np.int64]]]:
    """Features and rightness of all candidates, and which of them belong to each question."""
    rows = [(question, answer) for note in notes for _, _, question, answer in note.questions]
    random.Random(1).shuffle(rows)
    retriever = base.retriever
    _, search = ways_of(retriever, base.catalog, base.settings.answers.passages)[0]
    features, right, groups = [], [], []
    for text, answer in rows[:most]:
        question = read_question(text, retriever.document_frequency, retriever.passage_count())
        sections = sections_of(search(question, []), base.catalog.passages_of)
        texts = [section.reading_text for section in sections]
        readings = base.reader.read(text, [item.text for item in texts])
        placed = [item.in_section(reading) for item, reading in zip(texts, readings, strict=True)]
        found = candidates_of(question, intent_of(text), sections, placed)[:_CANDIDATES]
        if found:
            groups.append(np.arange(len(features), len(features) + len(found)))
        for item in found:
            features.append(item.features)
            right.append(answer != "-" and all(part in item.source for part in answer.split(" … ")))
    return np.array(features), np.array(right, dtype=float), groups


def _logistic(scores: Matrix, right: Matrix) -> tuple[float, float]:
    """Slope and intercept by Newton's method."""
    rows = np.stack([scores, np.ones_like(scores)], axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        sure = 1 / (1 + np.exp(-rows @ weights))
        curve = (rows * (sure * (1 - sure))[:, None]).T @ rows + 1e-6 * np.eye(2)
        weights += np.linalg.solve(curve, rows.T @ (right - sure))
    return float(weights[0]), float(weights[1])


if __name__ == "__main__":
    main()
