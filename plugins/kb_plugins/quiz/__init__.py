"""Quizzes from the notes: cards found by rules, graded by the note's words, scheduled by FSRS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import Exporter, Mode, hookimpl

if TYPE_CHECKING:
    from pathlib import Path

    import typer

    from kb.plugin_api import KnowledgeBase, Session

COUNT = 10  # cards of a session


def _start(base: KnowledgeBase) -> Session:
    from kb_plugins.quiz.session import QuizSession

    return QuizSession(base)


MODE = Mode(
    name="quiz",
    title="Quiz",
    summary="Review due cards, then new ones from your notes",
    argument="note, #tag, folder/, period or topic",
    start=_start,
    commands={
        "/skip": "come back to this card later",
        "/reveal": "show the answer",
        "/undo": "undo the last rating",
        "/suspend": "suspend this card until you resume it",
        "/delete": "delete this card; the note is not changed",
        "/edit QUESTION::ANSWER": "reword this card; the note is not changed",
        "/save NAME": "save this session's cards as a note",
        "/quit": "stop (progress is saved)",
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
    return {"cards due": sum(kb_due_notes(base).values())} if (base.logs.folder / "reviews").is_dir() else {}


@hookimpl
def kb_due_notes(base: KnowledgeBase) -> dict[str, int]:
    """Cards to review now, by note; a note that was renamed is found by its title."""
    if not (base.logs.folder / "reviews").is_dir():
        return {}
    from kb_plugins.quiz.logging_cards import open_log
    from kb_plugins.quiz.reviews import now

    titles = {note.title: note.path for note in base.catalog.notes()}
    paths = set(titles.values())
    due: dict[str, int] = {}
    for card in open_log(base).due(now()):
        if path := card.path if card.path in paths else titles.get(card.concept):
            due[path] = due.get(path, 0) + 1
    return due


@hookimpl
def kb_note_moved(base: KnowledgeBase, old: str, new: str) -> None:
    """The reviews of a note's cards go with it."""
    if not (base.logs.folder / "reviews").is_dir():
        return
    from kb_plugins.quiz.logging_cards import open_log
    from kb_plugins.quiz.reviews import Review, now

    open_log(base).add(Review("", now().isoformat(), 0, new, act="move", of=old))


@hookimpl
def kb_exporters() -> list[Exporter]:
    """Anki packages."""
    return [Exporter("anki", "Every card as an Anki package", _export)]


def _export(base: KnowledgeBase, file: Path) -> None:
    from kb_plugins.quiz.anki import write_package
    from kb_plugins.quiz.deck import Deck
    from kb_plugins.quiz.logging_cards import open_log

    write_package(base, list(Deck(base, open_log(base)).items(base.select(""))), file)
