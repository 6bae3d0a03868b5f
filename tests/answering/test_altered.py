"""Gate C on sentences of real notes that were made false, or said otherwise and left true.

Two small shares may go wrong: 5 % of each is what we promise. `pytest -s` prints them by kind.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.answering.answer import Quote
from kb.answering.gates.groundedness import check_groundedness
from kb.answering.question.question import read_question
from kb.notes.note import Span
from tests.answering.altered import Pair, pairs, sentences_of, told_by_kind

ROOT = Path(__file__).parents[2]
_EACH = 80
_QUESTION = read_question("What do the notes say?", lambda words: [1] * len(words), 10)


def holds(source: str, said: str) -> bool:
    return check_groundedness(
        said, _QUESTION, [Quote(1, "a.md", 1, Span(0, 1), "Notes", (), source, source, 1.0)]
    ).supported


@pytest.mark.slow
def test_what_was_altered_is_caught_and_what_is_true_is_kept() -> None:
    sentences = sentences_of(ROOT / "vault", 900)
    if (shared := ROOT.parent / "shared").is_dir():
        sentences += sentences_of(shared / "eval" / "squad2" / "notes", 900)
        sentences += sentences_of(shared / "vaults" / "foam-docs", 900)
    made = pairs(sentences, _EACH)
    false = [pair for pair in made if not pair.is_true]
    true = [pair for pair in made if pair.is_true]
    missed = [pair for pair in false if holds(pair.source, pair.said)]
    dropped = [pair for pair in true if not holds(pair.source, pair.said)]

    for kind, is_true, count, wrong in told_by_kind(made, lambda pair: holds(pair.source, pair.said)):
        print(f"{kind}: {len(wrong)} of {count} {'dropped' if is_true else 'missed'}")
    assert len(false) >= 150
    assert len(true) >= 150
    assert len(missed) <= 0.05 * len(false), _told(missed)
    assert len(dropped) <= 0.05 * len(true), _told(dropped)


def _told(made: list[Pair]) -> str:
    return "\n".join(f"{pair.kind}: {pair.source} -> {pair.said}" for pair in made)


@pytest.mark.parametrize(
    ("source", "turned", "kept"),
    [
        (
            "Retrieval practice strengthens memory more than rereading.",
            "Rereading strengthens memory more than retrieval practice.",
            "Memory is strengthened more by retrieval practice than by rereading.",
        ),
        (
            "Attention replaced recurrence in language models.",
            "Recurrence replaced attention in language models.",
            "In language models attention replaced recurrence.",
        ),
        (
            "Germany defeated Brazil in the semi-final.",
            "Brazil defeated Germany in the semi-final.",
            "Brazil was defeated by Germany in the semi-final.",
        ),
        (
            "Smaller models forget facts faster than larger models.",
            "Larger models forget facts faster than smaller models.",
            "Compared with larger models, smaller models forget facts faster.",
        ),
        (
            "Ebbinghaus taught Stern.",
            "Stern taught Ebbinghaus.",
            "Stern was taught by Ebbinghaus.",
        ),
    ],
)
def test_who_does_what_may_not_be_turned_round(source: str, turned: str, kept: str) -> None:
    assert not holds(source, turned)
    assert holds(source, kept)
    assert holds(source, source)
