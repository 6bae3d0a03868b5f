"""A Socratic tutor: questions and hints from the notes, by a model that never sees the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import Mode, hookimpl

if TYPE_CHECKING:
    import typer

    from kb.plugin_api import KnowledgeBase, Session


def _start(base: KnowledgeBase) -> Session:
    from kb_plugins.socratic.session import TutorSession

    return TutorSession(base)


MODE = Mode(
    name="tutor",
    title="Tutor",
    summary="Teaches with questions and hints, without giving the answer away",
    argument="note, #tag, folder/, period or topic",
    start=_start,
    commands={
        "/hint": "the next hint",
        "/reveal": "give up and show what the note says",
        "/skip": "come back to this question another day",
        "/save NAME": "save the conversation as a study log",
        "/quit": "stop (progress is saved)",
    },
)


@hookimpl
def kb_modes() -> list[Mode]:
    """The tutor."""
    return [MODE]


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb tutor`."""
    from kb_plugins.socratic.commands import tutor

    app.command("tutor")(tutor)
