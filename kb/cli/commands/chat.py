"""`kb chat`: a session of any mode, and from one to another."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from kb.cli.options import Index, Vault, resolve_options
from kb.cli.output import say_error
from kb.cli.sessions import find_mode, run_session
from kb.errors import KbError


def chat(
    context: typer.Context,
    mode: Annotated[str, typer.Option("--mode", "-m", help="The mode to start in.")] = "ask",
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Talk with the notes: ask, study; /mode NAME switches.

    For example: kb chat --mode quiz
    """
    options = resolve_options(context, vault, index)
    with closing(options.knowledge_base()) as base:
        wanted: tuple[str, str] | None = (mode, "")
        while wanted:
            name, argument = wanted
            try:
                wanted = run_session(base, find_mode(name), argument, switching=True)
            except KbError as error:
                if name == mode and not argument:
                    raise
                say_error(str(error))
                wanted = (mode, "")
