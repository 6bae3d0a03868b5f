"""The reader proves cards before they are asked, and remembers what it read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from kb_plugins.quiz.cards import items_of
from kb_plugins.study.proof import Prover

from kb.knowledge_base import KnowledgeBase
from kb.notes.note import Span
from kb.notes.parse import parse_note
from kb.settings import Settings
from tests.support import own_state

TEXT = (
    "# Bees\n\n## Dance\n\nThe waggle dance is a movement by which a honey bee tells the direction and the distance of food. "
    "Karl von Frisch described it in 1927, and received a Nobel Prize for it in 1973.\n"
)


@pytest.fixture
def base(small_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnowledgeBase:
    own_state(tmp_path / "state", monkeypatch)
    return KnowledgeBase(Settings(vault=small_base / "vault", index=small_base / "index"))


def test_a_card_whose_answer_the_reader_finds_is_proved_and_one_that_asks_for_something_else_is_not(
    base: KnowledgeBase,
) -> None:
    note = parse_note("Bees.md", TEXT)
    made = items_of(note)[0]
    place = TEXT.index("Karl von Frisch")
    span = Span(place, place + len("Karl von Frisch"))
    right = replace(
        made, rule="answer", stem="Bees: Who described the waggle dance?", key="Karl von Frisch", span=span
    )
    prover = Prover(base)
    assert prover.verdict(right, note) == "proved"
    other = TEXT.index("food")
    wrong = replace(
        right,
        stem="Bees: When did Karl von Frisch describe the waggle dance?",
        key="food",
        span=Span(other, other + 4),
    )
    assert prover.verdict(wrong, note) != "proved"
    base.close()


def test_a_verdict_is_kept_and_read_again_by_the_next_session(base: KnowledgeBase) -> None:
    note = parse_note("Bees.md", TEXT)
    item = items_of(note)[0]
    first = Prover(base).verdict(item, note)
    file = base.settings.state / "study-proofs.jsonl"
    assert file.read_text(encoding="utf-8").count("\n") == 1
    file.write_text(file.read_text(encoding="utf-8") + "torn [\n", encoding="utf-8")
    assert Prover(base).verdict(item, note) == first
    assert file.read_text(encoding="utf-8").count("\n") == 2
    base.close()
