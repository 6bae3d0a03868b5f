"""Quizzes from the notes: cards found by rules, graded by the note's words, scheduled by FSRS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import Exporter, KnowledgeBase, Mode, Session, hookimpl

if TYPE_CHECKING:
    from pathlib import Path

    import typer

COUNT = 10  # cards of a session


def _start(base: KnowledgeBase) -> Session:
    from kb_plugins.quiz.session import QuizSession

    return QuizSession(base)


MODE = Mode(
    name="quiz",
    title="Quiz",
    summary="Asks what is due, then new cards made from the notes",
    argument="note, #tag, folder/, period or topic",
    start=_start,
    commands={
        "/skip": "leave this card for later",
        "/reveal": "show the answer",
        "/save NAME": "write this session's cards into a new note",
        "/quit": "stop; what was answered is kept",
    },
)


@hookimpl
def kb_modes() -> list[Mode]:
    """The quiz."""
    return [MODE]


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb quiz`."""
    from kb_plugins.quiz.commands import quiz

    app.command("quiz")(quiz)


@hookimpl
def kb_status(base: KnowledgeBase) -> dict[str, int | str]:
    """How many cards are due; nothing before the first review."""
    if not (base.study_folder / "reviews").is_dir():
        return {}
    from kb_plugins.quiz.reviews import now
    from kb_plugins.quiz.session import open_log

    there = {name for note in base.catalog.notes() for name in (note.path, note.title)}
    due = open_log(base).due(now())
    return {"cards due": sum(card.path in there or card.concept in there for card in due)}


@hookimpl
def kb_exporters() -> list[Exporter]:
    """Anki packages."""
    return [Exporter("anki", "Every card as an Anki package", _export)]


def _export(base: KnowledgeBase, file: Path) -> None:
    from kb_plugins.quiz.anki import write_package
    from kb_plugins.quiz.deck import Deck
    from kb_plugins.quiz.session import open_log

    write_package(list(Deck(base, open_log(base)).items(base.select(""))), "kb", file)
