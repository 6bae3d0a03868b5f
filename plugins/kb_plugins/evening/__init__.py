"""An evening of study: what is due, what is new, and a lesson on what sits least, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import Mode, hookimpl

if TYPE_CHECKING:
    import typer

    from kb.plugin_api import KnowledgeBase, Session


def _start(base: KnowledgeBase) -> Session:
    from kb_plugins.evening.session import EveningSession

    return EveningSession(base)


MODE = Mode(
    name="study",
    title="Study",
    summary="An evening: what is due, new cards, then a lesson on what you know least",
    argument="note, #tag, folder/, period or topic",
    start=_start,
    commands={"/quit": "leave the current part; once more ends the evening"},
)


@hookimpl
def kb_modes() -> list[Mode]:
    """The evening."""
    return [MODE]


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb study`."""
    from kb_plugins.evening.commands import study

    app.command("study")(study)
