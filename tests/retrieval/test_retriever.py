"""The retriever over a real index of three notes."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.knowledge_base import KnowledgeBase
from kb.settings import load_settings


@pytest.fixture(scope="module")
def base(small_base: Path) -> Iterator[KnowledgeBase]:
    with closing(KnowledgeBase(load_settings(start=small_base))) as opened:
        yield opened


def found(base: KnowledgeBase, query: str) -> list[str]:
    return list(dict.fromkeys(hit.passage.note_path for hit in base.search(query)))


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ('"growing intervals"', ["Learning/Spaced repetition.md"]),
        ('"intervals growing"', []),
        ("language model -vocabulary", ["Quantisation.md", "Learning/Spaced repetition.md"]),
        ("tag:models", ["Quantisation.md"]),
        ("model -tag:models", ["Tokens.md", "Learning/Spaced repetition.md"]),
        ("path:learning", ["Learning/Spaced repetition.md"]),
        ("path:*/spaced*", ["Learning/Spaced repetition.md"]),
        ("title:quantization", ["Quantisation.md"]),
        ("link:[[Tokens]]", ["Quantisation.md"]),
        ("link:[[Unwritten note]]", ["Learning/Spaced repetition.md"]),
        ("tags:models", ["Quantisation.md"]),
        ("tag:nothing token", []),
    ],
)
def test_filters(base: KnowledgeBase, query: str, notes: list[str]) -> None:
    assert found(base, query) == notes


@pytest.mark.parametrize(
    "query", ["the of and", "🫖", "AND (", '"', "NEAR(", "token " * 17_000, "ⵜⵓⵜⵍⴰⵢⵜ", "\x00", "\ud800"]
)
def test_odd_queries_get_a_sensible_result(base: KnowledgeBase, query: str) -> None:
    base.search(query)


def test_a_filter_without_a_date_is_an_error(base: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match="no date"):
        base.search("before:soon token")


def test_a_hit_says_why_a_leg_did_not_run(base: KnowledgeBase) -> None:
    hit = base.search("🫖")[0]
    assert (hit.legs.lexical, hit.legs.dense) == ("the query has no word", None)


def test_a_whole_question_finds_its_note_first(base: KnowledgeBase) -> None:
    assert found(base, "Who described the forgetting curve, and when?")[0] == "Learning/Spaced repetition.md"
