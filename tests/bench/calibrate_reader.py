"""Fit the probability that what the reader found answers a question: `python -m tests.bench.calibrate_reader [QUESTIONS]`.

Asks questions of the written notes (training/written: near misses among them) of all those notes as one vault, as `kb ask`
searches and reads, and fits a logistic regression from the score of the best candidate to "its block holds the answer".
Prints slope and intercept for kb/answering/reader_evidence.py, the area, and a reliability table.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import numpy as np

from kb.answering.intent import intent_of
from kb.answering.odds import log_odds
from kb.answering.question import read_question
from kb.answering.reader_evidence import INTERCEPT, SLOPE, EvidenceReader
from kb.answering.ways import ways_of
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from training.notes import HERE, WrittenNote, written_notes


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
        scores, right = _asked(base, notes, most)
        base.close()
    slope, intercept = _logistic(scores, right)
    print(f"{len(scores)} questions of {HERE / 'written'}: SLOPE, INTERCEPT = {slope:.3f}, {intercept:.3f}")
    above = scores[right == 1][:, None] - scores[right == 0][None]
    print(f"area {np.mean((above > 0) + 0.5 * (above == 0)):.3f}")
    sure = 1 / (1 + np.exp(-(slope * scores + intercept)))
    for low in np.arange(0, 1, 0.1):
        inside = (sure >= low) & (sure < low + 0.1)
        if inside.any():
            print(f"{low:.1f} to {low + 0.1:.1f}: {inside.sum():4} answers, {right[inside].mean():.2f} right")


def _asked(base: KnowledgeBase, notes: list[WrittenNote], most: int) -> tuple[np.ndarray, np.ndarray]:
    rows = [(note, question, answer) for note in notes for _, _, question, answer in note.questions]
    random.Random(1).shuffle(rows)
    retriever = base.retriever
    _, search = ways_of(retriever, base.catalog, base.settings.answers.passages)[0]
    reader = EvidenceReader(base.reader, base.catalog.passages_of, lambda _: None)
    scores, right = [], []
    for _, text, answer in rows[:most]:
        question = read_question(text, retriever.document_frequency, retriever.passage_count())
        found = reader.find(question, intent_of(text), search(question, []))
        if not found.own:
            continue
        scores.append((log_odds(found.confidence) - INTERCEPT) / SLOPE)
        source = found.own[0].source
        right.append(answer != "-" and all(part in source for part in answer.split(" … ")))
    return np.array(scores), np.array(right, dtype=float)


def _logistic(scores: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Slope and intercept by Newton's method."""
    features = np.stack([scores, np.ones_like(scores)], axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        sure = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - sure)
        curve = (features * (sure * (1 - sure))[:, None]).T @ features + 1e-6 * np.eye(2)
        weights += np.linalg.solve(curve, slope)
    return float(weights[0]), float(weights[1])


if __name__ == "__main__":
    main()
