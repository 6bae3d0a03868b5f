"""Questions of the public sets in other languages than their passages, translated by hand (`translated/`).

A line of `translated/SET.tsv` is the id of a row of that set, a language, and the row's question in that language. The
passage and the answer are read from the set itself.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from training.sets import Example, as_in_notes, examples_of, read_rows, retrieved_negatives

HERE = Path(__file__).parent / "translated"
_WRONG = 0.5  # share of the questions that are also asked over a near passage without the answer


def translated_examples(data: Path, chance: random.Random) -> list[Example]:
    """The translated questions, over the passages of their rows and over wrong ones that a search would bring."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for (name, row), language, question in translations():
        found[name][row].append((language, question))
    examples: list[Example] = []
    for name, by_row in found.items():
        examples += _of_set(data / f"{name}.jsonl.xz", by_row, chance)
    return [as_in_notes(example, chance) for example in examples]


def translations() -> Iterator[tuple[tuple[str, str], str, str]]:
    """Set and id of a row, a language, and the row's question in it."""
    for file in sorted(HERE.glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row, language, question = line.split("\t")
            yield (file.stem, row), language, question


def _of_set(file: Path, by_row: dict[str, list[tuple[str, str]]], chance: random.Random) -> Iterator[Example]:
    rows = [row for row in read_rows(file) if row["id"] in by_row and row["split"] == "train"]
    by_question = defaultdict(list)
    for row in rows:
        by_question[row["question"]] += by_row[row["id"]]
    own = examples_of(rows, chance)
    for example in [*own, *retrieved_negatives(own, chance, _WRONG)]:
        for language, question in by_question[example.question]:
            yield replace(example, question=question, lang=language)
