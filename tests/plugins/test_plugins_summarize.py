"""Summaries: every point is the note's own, or checked; what cannot be named is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kb_plugins.summarize.session import SummarizeSession
from kb_plugins.summarize.summarize import summarize
from kb_plugins.summarize.summary import Summary

from kb.errors import NoteExists, NothingToStudy
from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Cancellation, Done, Question, Said, Saved, Sources, check_groundedness
from kb.settings import ModelSettings, Settings
from tests.models.scripted_gguf import write_scripted_model
from tests.support import run_kb


@pytest.fixture
def settings(small_base: Path, tmp_path: Path) -> Settings:
    shutil.copytree(small_base / "vault", tmp_path / "vault")
    return Settings(vault=tmp_path / "vault", index=small_base / "index")


@pytest.fixture
def base(settings: Settings) -> Iterator[Any]:
    base = KnowledgeBase(settings)
    yield base
    base.close()


def made(base: KnowledgeBase, target: str, **options: bool) -> Summary:
    *_, summary = summarize(base, target, Cancellation(), **options)
    assert isinstance(summary, Summary)
    return summary


@pytest.mark.parametrize(
    ("target", "paths"),
    [
        ("Tokens", {"Tokens.md"}),
        ("quantization", {"Quantisation.md"}),
        ("#models", {"Quantisation.md"}),
        ("Learning/", {"Learning/Spaced repetition.md"}),
        ("today", {"Quantisation.md", "Tokens.md", "Learning/Spaced repetition.md"}),
    ],
)
def test_a_note_alias_tag_folder_and_period_can_be_named(
    base: KnowledgeBase, target: str, paths: set[str]
) -> None:
    assert set(made(base, target, use_model=False).paths) == paths


def test_words_select_what_they_find(base: KnowledgeBase) -> None:
    summary = made(base, "who described forgetting", use_model=False)
    assert summary.paths[0] == "Learning/Spaced repetition.md"


def test_every_point_of_an_extract_stands_in_its_note(base: KnowledgeBase) -> None:
    summary = made(base, "Learning/", use_model=False)
    assert summary.points
    for point, quote in zip(summary.points, summary.quotes, strict=True):
        assert quote.quote in (base.settings.vault / quote.path).read_text(encoding="utf-8")
        assert point.citations == (quote.number,)
    assert [task.text for task in summary.tasks] == ["try it"]
    assert not summary.model


@pytest.mark.slow
def test_with_the_bundled_model_nothing_unsupported_is_said(base: KnowledgeBase) -> None:
    summary = made(base, "today")
    about = Question(text=summary.label, kind="other", weights={})
    for sentence in (*summary.overview, *summary.points):
        assert (
            sentence.verdict == "quoted" or check_groundedness(sentence.text, about, summary.quotes).supported
        )


def test_a_model_that_lies_is_not_heard(settings: Settings, tmp_path: Path) -> None:
    model = write_scripted_model(
        tmp_path / "lies.gguf", "Tokens were invented by Napoleon in 1812. They are always made of gold."
    )
    models = ModelSettings(path=str(model), context=16_384)
    base = KnowledgeBase(Settings(vault=settings.vault, index=settings.index, models=models))
    summary = made(base, "today")
    base.close()
    assert not summary.overview
    assert all(point.verdict == "quoted" for point in summary.points)


def test_without_a_model_file_the_extract_remains(settings: Settings, tmp_path: Path) -> None:
    models = ModelSettings(path=str(tmp_path / "none.gguf"))
    base = KnowledgeBase(Settings(vault=settings.vault, index=settings.index, models=models))
    assert made(base, "today").points
    base.close()


def test_a_summary_is_saved_as_a_new_note_and_never_over_another(base: KnowledgeBase) -> None:
    session = SummarizeSession(base)
    events = list(session.open("Tokens", Cancellation()))
    assert any(isinstance(event, Said) for event in events)
    assert any(isinstance(event, Sources) for event in events)
    assert isinstance(events[-1], Done)
    saved, _ = session.reply("/save Summaries/T", Cancellation())
    assert isinstance(saved, Saved)
    text = saved.path.read_text(encoding="utf-8")
    assert "[[Tokens|Tokens]]" in text
    with pytest.raises(NoteExists):
        list(session.reply("/save Summaries/T", Cancellation()))
    assert saved.path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("target", ["", "#nothing", "Nowhere/"])
def test_what_holds_nothing_is_told(base: KnowledgeBase, target: str) -> None:
    with pytest.raises(NothingToStudy):
        made(base, target, use_model=False)


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a\\b", "Tokens", ".hidden/x"])
def test_a_note_is_written_inside_the_vault_and_over_nothing(small_base: Path, name: str) -> None:
    before = sorted(small_base.rglob("*.md"))
    done = run_kb("summarize", "Tokens", "--extract", "--save", name, cwd=small_base)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert sorted(small_base.rglob("*.md")) == before
