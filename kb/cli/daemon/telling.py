"""What `kb serve --status` and `kb serve --stop` say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kb.cli.daemon.beside import place_of, stop
from kb.cli.daemon.server import process
from kb.cli.output import out, print_json, say

if TYPE_CHECKING:
    from kb.cli.options import CliContext


def tell_status(context: CliContext) -> None:
    """Whether a process answers; exits with 1 where none does."""
    number = process(place_of(context))
    if context.json:
        print_json({"answers": number is not None, "process": number})
    elif number is None:
        say("No process is answering for kb here. Start one with: kb serve --local")
    else:
        out().print(f"Process {number} is answering for kb here.")
    if number is None:
        raise typer.Exit(1)


def tell_stopped(context: CliContext) -> None:
    """End the process that answers."""
    was_there = stop(context)
    if context.json:
        print_json({"stopped": was_there})
    else:
        say("Stopped." if was_there else "No process was answering for kb here.")
