"""Summaries of notes, every point with its citation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import Mode, hookimpl

if TYPE_CHECKING:
    import typer

    from kb.plugin_api import KnowledgeBase, Session


def _start(base: KnowledgeBase) -> Session:
    from kb_plugins.summarize.session import SummarizeSession

    return SummarizeSession(base)


MODE = Mode(
    name="summarize",
    title="Summarise",
    summary="Key points of notes with citations, open questions and tasks",
    argument="note, folder/, #tag, search words or a period",
    start=_start,
    commands={"/save NAME": "save the last summary as a note", "/quit": "leave"},
)


@hookimpl
def kb_modes() -> list[Mode]:
    """Summaries."""
    return [MODE]


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb summarize`."""
    from kb_plugins.summarize.commands import summarize_command

    app.command("summarize")(summarize_command)
