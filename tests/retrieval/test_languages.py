"""Words of other languages are found in any form; English notes beside them are not disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from kb.text.forms import stem
from kb.text.language import UNCERTAIN, language_or_uncertain
from tests.support import write_notes

NOTES = {
    "Bienen.md": "# Bienen\n\nEine Königin legt im Sommer täglich über tausend Eier und lebt mehrere Jahre in den Häusern "
    "der Imkerinnen.\n",
    "Garten.md": "# Garten\n\nIm Garten wachsen neben den Tomaten auch Bohnen, und wir gießen sie jeden Abend.\n",
    "Notes.md": "# Notes\n\nThe queen bee is not the ruler of the hive, and nobody wrote that down in the haus.\n",
    "Abejas.md": "# Abejas\n\nLas abejas reinas viven varios años y ponen muchos huevos durante el verano.\n",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("languages")
    write_notes(folder / "vault", NOTES)
    with closing(KnowledgeBase(Settings(folder / "vault", folder / "index"))) as opened:
        opened.index()
        yield opened


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("Haus einer Imkerin", "Bienen.md"),
        ("Garten mit einer Tomate", "Garten.md"),
        ("la abeja reina vive un año", "Abejas.md"),
        ("queen bees", "Notes.md"),
        ('"lebt mehrere Jahre"', "Bienen.md"),
        ('"in den Haus"', "Bienen.md"),
    ],
)
def test_a_word_is_found_in_another_form(base: KnowledgeBase, query: str, note: str) -> None:
    assert base.retriever.search(query, operators=True, retrievers=("lexical",))[0].passage.note_path == note


def test_words_of_a_language_count_in_every_form(base: KnowledgeBase) -> None:
    assert base.catalog.document_frequency(["Haus", "Häuser", "hive", "zebra"]) == [2, 1, 1, 0]
    assert set(base.catalog.languages()) == {"de", "es"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (NOTES["Bienen.md"], "de"),
        (NOTES["Abejas.md"], "es"),
        (NOTES["Notes.md"], ""),
        ("تعيش ملكة النحل من ثلاث إلى خمس سنوات وتضع آلاف البيض كل يوم في الصيف", "ar"),
        ("蜂王可以活三到五年，夏天每天产下上千个卵，它们都住在蜂箱里面。", UNCERTAIN),
        ("def f(x): return [i ** 2 for i in range(x)] if x else None", UNCERTAIN),
        ("2026-03-01\n- Smith\n- Jones\n- Nguyen\n- Kowalski\n- [[Rossi]]\n- 14:00\n- 15:30", UNCERTAIN),
        ("Hallo", UNCERTAIN),
        ("The door of the house", ""),
        ("", UNCERTAIN),
    ],
)
def test_a_language_is_told_only_when_it_is_certain(text: str, language: str) -> None:
    assert language_or_uncertain(text) == language


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Häuser Haus", "de"),
        ("ging gehe", "de"),
        ("chevaux cheval", "fr"),
        ("sold selling sells", ""),
        ("mice mouse", ""),
    ],
)
def test_forms_of_a_word_have_one_stem(words: str, language: str) -> None:
    assert len({stem(word, language) for word in words.split()}) == 1
