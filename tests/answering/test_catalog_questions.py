"""Questions about the notes themselves are answered exactly, from the catalog."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from kb.answering.catalog.catalog_questions import CatalogQuestions, Record
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from tests.support import write_notes

NOTES = {
    "Models/Llama.md": "---\ntags: [model]\ncreated: 2026-03-02\n---\n# Llama\n\nA language model of 2023.\n",
    "Models/Qwen.md": "---\ntags: [model/large]\ncreated: 2026-04-01\nmodified: 2026-05-06\n---\n# Qwen\n\nAnother [[Llama]].\n",
    "Books.md": "# Books\n\n- [ ] Reading: Middlemarch\n- Emma\n\n## Recipes\n\n- Soup\n- Bread\n",
    "People/Ada.md": "---\ntype: person\ncountry: NO\ndeparts: 12:30\n---\n# Ada\n\nShe wrote about a language for machines.\n",
}
TODAY = date(2026, 5, 10)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogQuestions]:
    folder = tmp_path_factory.mktemp("records")
    write_notes(folder / "vault", NOTES)
    then = datetime(2026, 1, 15, 12).timestamp()
    for file in (folder / "vault").rglob("*.md"):
        os.utime(file, (then, then))
    base = KnowledgeBase(Settings(folder / "vault", folder / "index"))
    base.index()
    yield CatalogQuestions(base.catalog, TODAY)
    base.close()


def said(record: Record | None) -> list[str]:
    assert record is not None
    return [sentence.text for sentence in record.sentences]


@pytest.mark.parametrize(
    ("question", "first", "rest"),
    [
        ("How many notes do I have?", "You have 4 notes in your vault.", []),
        ("How many notes are tagged #model?", "You have 2 notes tagged #model.", []),
        ("Wie viele Notizen gibt es?", "You have 4 notes in your vault.", []),
        ("Which notes mention language?", "You have 2 notes mentioning “language”.", ["Ada", "Llama"]),
        ("Which of my notes link to Llama?", "You have 1 note linking to Llama.", ["Qwen"]),
        ("What notes are in the folder People?", "You have 1 note in People.", ["Ada"]),
        ("Which models have I noted?", "You have 2 notes tagged #model.", ["Llama", "Qwen"]),
        ("List all persons", "You have 1 note with type: persons.", ["Ada"]),
        ("How many notes have a type of person?", "You have 1 note with type person.", []),
        ("Which notes have country NO?", "You have 1 note with country NO.", ["Ada"]),
        ("Which notes have departs: 12:30?", "You have 1 note with departs 12:30.", ["Ada"]),
        ("Which recipes do I have?", "Soup", ["Bread"]),
        (
            "What changed since May 2026?",
            "You have 1 note changed from 2026-05-01 to 2026-05-10.",
            ["Qwen (2026-05-06)"],
        ),
        ("Which notes are from April?", "You have 1 note from 2026-04-01 to 2026-04-30.", ["Qwen"]),
        ("When did I write the note about Qwen?", "Qwen: created 2026-04-01, changed 2026-05-06.", []),
    ],
)
def test_exact_answers(records: CatalogQuestions, question: str, first: str, rest: list[str]) -> None:
    assert said(records.answer(question)) == [first, *rest]


@pytest.mark.parametrize(
    "question",
    [
        "What is a language model?",
        "When did I write War and Peace?",
        "Which bands do I like?",
        "How many parameters does Llama have?",
        "What changed in physics after Newton?",
        "What notes does a pentatonic scale have?",
    ],
)
def test_other_questions_are_left_to_the_search(records: CatalogQuestions, question: str) -> None:
    assert records.answer(question) is None


def test_every_line_is_cited_from_its_place(records: CatalogQuestions) -> None:
    record = records.answer("Which recipes do I have?")
    assert record is not None
    for sentence, quote in zip(record.sentences, record.quotes, strict=True):
        assert sentence.citations == (quote.number,)
        text = NOTES[quote.path]
        assert text[quote.span.start : quote.span.end] == quote.quote
        assert quote.quote in text.splitlines()[quote.line - 1]
