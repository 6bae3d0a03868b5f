"""A passage that stands in several notes is one hit, which names them; a statement of its own never goes."""

import random
from collections.abc import Iterator
from contextlib import closing

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.retrieval.duplicates import NearDuplicateFilter, TokenSet
from kb.settings import Settings
from tests.support import write_notes

_PLAN = (
    "The greenhouse is watered every morning before the sun reaches the glass, because wet leaves burn; tomatoes and "
    "cucumbers stand on the south side, herbs near the door, and the hose hangs beside the rain barrel."
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("copies")
    write_notes(
        folder / "vault",
        {
            "Garden.md": f"{_PLAN}\n",
            "Copy.md": f"> {_PLAN.upper()}\n",
            "Second version.md": _PLAN.replace("hose", "can") + "\n",
            "Other.md": _PLAN.replace("every morning", "every 2 days") + "\n",
        },
    )
    with closing(KnowledgeBase(Settings(folder / "vault", folder / "index"))) as opened:
        opened.index()
        yield opened


def notes_of(base: KnowledgeBase, query: str) -> list[set[str]]:
    return [{hit.passage.note_path, *hit.also_in} for hit in base.search(query)]


def test_copies_and_versions_are_one_hit(base: KnowledgeBase) -> None:
    first = {"Garden.md", "Copy.md", "Second version.md"}
    assert sorted(notes_of(base, "greenhouse watered"), key=len) == [{"Other.md"}, first]


def test_versions_that_differ_in_what_is_asked_for_are_told_apart(base: KnowledgeBase) -> None:
    assert {"Second version.md"} in notes_of(base, "greenhouse hose or can")


def test_an_answer_sees_every_version(base: KnowledgeBase) -> None:
    seen = [{hit.passage.note_path, *hit.also_in} for hit in base.retriever.search("greenhouse watered")]
    assert {"Second version.md"} in seen
    assert {"Garden.md", "Copy.md"} in seen


def test_versions_are_found_as_by_comparing_each_with_each() -> None:
    chance = random.Random(5)
    words = [f"word{letter}{other}" for letter in "abcdefgh" for other in "abcdef"]
    texts: list[str] = []
    for _ in range(300):
        words_of_text = (
            chance.choice(texts).split() if texts and chance.random() < 0.7 else chance.sample(words, 30)
        )
        for place in chance.sample(range(len(words_of_text)), chance.randint(0, 3)):
            words_of_text[place] = chance.choice(words)
        texts.append(" ".join(words_of_text))
    shown, kept = NearDuplicateFilter((), versions=True), list[str]()
    for text in texts:
        expected = [
            number
            for number, other in enumerate(kept)
            if _jaccard(text, other) >= 0.9 and len(set(text.split())) >= 20
        ]
        number = shown.number_of(TokenSet(text))
        assert (number in expected) if expected else (number is None)
        if number is None:
            shown.add(TokenSet(text))
            kept.append(text)
    assert 20 < len(kept) < 280


def test_of_thousands_each_is_compared_with_few() -> None:
    shown = NearDuplicateFilter((), versions=True)
    for number in range(5_000):
        text = " ".join(f"w{number * 7 + place:x}" for place in range(40))
        assert shown.number_of(TokenSet(text)) is None
        shown.add(TokenSet(text))


def _jaccard(one: str, other: str) -> float:
    words, others = set(one.split()), set(other.split())
    return len(words & others) / len(words | others)
