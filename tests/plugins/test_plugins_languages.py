"""What quiz and summary say themselves, they say in the language of the note: one table a language."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import kb_plugins
import pytest
from kb_plugins.study.wording import Wording, without_asking
from kb_plugins.summarize.summary import Summary, as_note

from kb.notes.note import Span
from kb.notes.parse import parse_note
from kb.plugin_api import AnswerSentence, Quote

FOLDERS = [Path(kb_plugins.__path__[0]) / name / "data" for name in ("study", "summarize")]
ENGLISH = {"what_are", "does", "do"}  # ways of asking that other languages do not tell apart
TEXTS = {
    "en": "The queen bee lays more than a thousand eggs a day in summer, and lives for several years.",
    "de": "Eine Bienenkönigin legt im Sommer täglich über tausend Eier und lebt mehrere Jahre im Stock.",
    "fr": "La reine des abeilles pond plus de mille œufs par jour en été et vit pendant plusieurs années.",
    "es": "La abeja reina pone más de mil huevos al día durante el verano y vive varios años en la colmena.",
    "zh": "蜂王在夏天每天产下上千个卵，可以活三到五年。",
    "xx": "Malkia wa nyuki hutaga mayai zaidi ya elfu moja kwa siku wakati wa kiangazi na huishi miaka mingi.",
}
WHAT = {
    "en": "What is X?",
    "de": "Was ist X?",
    "fr": "Qu’est-ce que X ?",
    "es": "¿Qué es X?",
    "zh": "什么是X？",
    "xx": "X: ?",
}
HEADINGS = {
    "en": "Open tasks",
    "de": "Offene Aufgaben",
    "fr": "Tâches ouvertes",
    "es": "Tareas pendientes",
    "zh": "待办任务",
}


@pytest.mark.parametrize("language", TEXTS)
def test_questions_are_put_in_the_language_of_the_note(language: str) -> None:
    assert Wording(parse_note("Bees.md", TEXTS[language])).what_is("X") == WHAT[language]


def test_the_plural_of_english_is_asked_as_such() -> None:
    wording = Wording(parse_note("Bees.md", TEXTS["en"]))
    assert wording.what_is("Queens (of bees)") == "What are Queens (of bees)?"


@pytest.mark.parametrize("language", HEADINGS)
def test_a_summary_has_headings_in_the_language_of_its_notes(language: str) -> None:
    text = TEXTS[language]
    quote = Quote(1, "Bees.md", 1, Span(0, len(text)), "Bees", (), text, text, 1.0)
    point = AnswerSentence(text, True, (1,), "quoted")
    from kb_plugins.summarize.summary import Noticed

    summary = Summary("Bees", ("Bees.md",), (), (point,), (quote,), (), (Noticed("X", "Bees.md", 2),), (), 20)
    assert f"## {HEADINGS[language]}" in as_note(summary, date(2026, 5, 1))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_table_has_the_same_sentences(folder: Path) -> None:
    tables = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*.toml")}
    assert {"en", "de", "fr", "es", "zh"} <= set(tables)
    keys = set(tables["en"]) - ENGLISH
    for table in tables.values():
        assert set(table) - ENGLISH == keys


def test_a_statement_is_searched_for_without_its_question() -> None:
    assert without_asking("对还是错？蜂王产卵") == "蜂王产卵"
    assert without_asking("True or false? Queens lay") == "Queens lay"
