"""The retriever over a real index of three notes."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings, load_settings
from tests.support import write_notes


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
    "query", ["the of and", "🫖", "AND (", '"', "NEAR(", "token " * 600, "ⵜⵓⵜⵍⴰⵢⵜ", "\x00", "\ud800"]
)
def test_odd_queries_get_a_sensible_result(base: KnowledgeBase, query: str) -> None:
    base.search(query)


def test_a_filter_without_a_date_is_an_error(base: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match="a date"):
        base.search("before:soon token")


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("quantisaton", "Quantisation.md"),
        ("qauntization", "Quantisation.md"),  # of an alias, with two letters exchanged
        ("repetitoin of spaces", "Learning/Spaced repetition.md"),
    ],
)
def test_a_slip_in_a_words_of_a_title_is_forgiven(base: KnowledgeBase, query: str, note: str) -> None:
    assert base.retriever.search(query, retrievers=("lexical",))[0].passage.note_path == note


def test_llama_index_finds_what_kb_finds(base: KnowledgeBase) -> None:
    [first, *_] = base.as_retriever(3).retrieve("Who described the forgetting curve?")
    hit = base.search("Who described the forgetting curve?")[0]
    assert (first.score, first.node.metadata["path"]) == (hit.score, hit.passage.note_path)
    assert first.node.get_content() == hit.passage.text
    tagged = base.as_retriever().retrieve("tag:models")
    assert {node.node.metadata["path"] for node in tagged} == {"Quantisation.md"}


def test_a_hit_says_why_a_leg_did_not_run(base: KnowledgeBase) -> None:
    hit = base.search("…")[0]
    assert (hit.retrievers.lexical, hit.retrievers.dense) == ("the query has no words", None)


def test_a_whole_question_finds_its_note_first(base: KnowledgeBase) -> None:
    assert found(base, "Who described the forgetting curve, and when?")[0] == "Learning/Spaced repetition.md"


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """Three notes with dates, one of them long."""
    folder = tmp_path_factory.mktemp("dated")
    sections = "\n\n".join(f"## Part {n}\n\nStep {n} of the trip leads to town {n}." for n in range(5))
    write_notes(
        folder / "vault",
        {
            "Spring.md": "---\ncreated: 2026-03-05\n---\n# Spring\n\nWe planned a trip.\n",
            "Autumn.md": "---\ncreated: 2026-10-01\nmodified: 2026-10-20\n---\n# Autumn\n\nA trip in the rain.\n",
            "journal/2026_07_05.md": "---\ncreated: 2026-09-09\n---\nThe trip began.\n",
            "2026-07-06 Second day.md": "We went on with the trip.\n",
            "2026-13-45.md": "No day at all, and no trip either.\n",
            "Undated.md": f"# Undated\n\n{sections}\n",
        },
    )
    with closing(KnowledgeBase(Settings(folder / "vault", folder / "index"))) as opened:
        opened.index()
        yield opened


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("trip before:2026-06", ["Spring.md"]),
        ("trip after:2026-08-01", ["Autumn.md"]),
        ("trip before:2026-03-05", []),
        ("trip after:2025 -before:2026-08", ["Autumn.md"]),
        ("trip before:2026-07-06 after:2026-06", ["journal/2026_07_05.md"]),
        ("trip after:2026-07-05 before:2026-08", ["2026-07-06 Second day.md"]),
        ("trip -after:2020", ["2026-13-45.md", "Undated.md"]),
    ],
)
def test_dates(dated: KnowledgeBase, query: str, notes: list[str]) -> None:
    assert sorted(found(dated, query)) == notes


def test_the_neighbours_of_a_passage_come_in_order(dated: KnowledgeBase) -> None:
    hit = next(hit for hit in dated.search("town 2") if "town 2" in hit.passage.text)
    assert [passage.text[-2:] for passage in dated.retriever.neighbours(hit.passage)] == ["1.", "2.", "3."]


def test_at_most_three_passages_of_a_note(dated: KnowledgeBase) -> None:
    assert sum(hit.passage.note_path == "Undated.md" for hit in dated.search("town of the trip")) == 3


def test_rare_words_decide_where_common_ones_would_take_long(
    dated: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.retrieval.lexical._SCORED_PASSAGES", 2)
    monkeypatch.setattr("kb.retrieval.lexical._SCORED_NOTES", 2)
    assert found(dated, "step of the trip in the rain")[0] == "Autumn.md"
    assert found(dated, "trip") != []


@pytest.mark.parametrize("question", ["What is a token?", "Wie wachsen die Abstände?", "🫖", ""])
def test_one_search_tells_what_both_legs_find_and_what_meaning_finds_alone(
    base: KnowledgeBase, question: str
) -> None:
    fused, nearest = base.retriever.search_both(question, limit=5, nearest=3)
    assert fused == base.retriever.search(question, 5, None)
    assert nearest == base.retriever.search(question, 3, None, retrievers=("dense",))
