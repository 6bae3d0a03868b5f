"""Answers, conversations, cards, the graph, figures and the whole vault as files that need nothing but a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb export`."""
    from kb_plugins.export.commands import app as commands

    app.add_typer(commands)
