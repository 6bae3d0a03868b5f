"""`kb study`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from kb.plugin_api import Terminal
from kb_plugins.evening import MODE


def study(
    context: typer.Context,
    topic: Annotated[
        list[str] | None, typer.Argument(help="A note, #tag, folder/, period or words.", show_default=False)
    ] = None,
) -> None:
    """Spend an evening: cards that are due, new ones, and a lesson.

    For example: kb study Learning/
    """
    from kb_plugins.evening.overview import overview
    from kb_plugins.quiz.logging_cards import open_log

    terminal: Terminal = context.obj
    argument = " ".join(topic or [])
    with closing(terminal.knowledge_base()) as base:
        if terminal.json:
            selection = base.select(argument)
            within = None if selection.kind == "all" else selection.paths
            terminal.print_json(overview(base, open_log(base), within).as_json())
        else:
            terminal.run(base, MODE, argument)
