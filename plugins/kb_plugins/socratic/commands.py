"""`kb tutor`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from kb.plugin_api import Terminal
from kb_plugins.socratic import MODE


def tutor(
    context: typer.Context,
    topic: Annotated[
        list[str] | None, typer.Argument(help="A note, #tag, folder/, period or words.", show_default=False)
    ] = None,
    templates: Annotated[bool, typer.Option("--templates", help="Without the language model.")] = False,
) -> None:
    """Be taught with questions and hints, not given the answer.

    For example: kb tutor "Forgetting curve"
    """
    from kb_plugins.socratic.session import TutorSession

    terminal: Terminal = context.obj
    with closing(terminal.knowledge_base()) as base:
        mode = replace(MODE, start=partial(TutorSession, use_model=not templates))
        terminal.run(base, mode, " ".join(topic or []))
