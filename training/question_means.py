"""The mean vector of questions of each language: `python -m training.question_means DATA` (see kb/indexing/question_means.py).

DATA is the folder of question sets that the reader is trained on; the questions of written notes and the translated ones
come to them.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from kb.indexing.embedder import Embedder
from kb.indexing.embedding_model import MULTILINGUAL
from kb.indexing.question_means import FILE
from training.sets import read_rows
from training.translated import translations
from training.written_notes import written_notes

_LEAST, _MOST = 60, 200  # questions of a language


def main(data: Path) -> None:
    """Write the means."""
    chance = random.Random(4)
    embedder = Embedder(MULTILINGUAL)
    questions = questions_by_language(data)
    languages, means = [], []
    for language, asked in sorted(questions.items()):
        if len(asked) >= _LEAST:
            some = chance.sample(sorted(asked), min(_MOST, len(asked)))
            languages.append(language)
            means.append(embedder.embed_queries(some).mean(axis=0))
    np.savez_compressed(FILE, languages=np.array(languages), means=np.array(means, dtype=np.float16))


def questions_by_language(data: Path) -> dict[str, set[str]]:
    """All questions that the reader is trained on, by ISO 639-1 code."""
    found = defaultdict(set)
    for file in sorted(data.glob("*.jsonl.xz")):
        if not file.name.startswith("nli-"):
            for row in read_rows(file):
                if row["split"] == "train":
                    found[row["lang"]].add(row["question"])
    for _, language, question in translations():
        found[language].add(question)
    for note in written_notes():
        for language, _, question, _ in note.questions:
            found[language].add(question)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
