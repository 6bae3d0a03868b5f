"""Runs the command line: one place turns errors into one sentence and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from kb.errors import KbError
from kb.isolation import leave_current_folder

INTERRUPTED = 130  # 128 + SIGINT, as shells count it; Typer turns Ctrl-C into this


def main(words: Sequence[str] | None = None) -> None:
    """Run `kb` with `words` (default: those of the process) and leave the process with its exit status."""
    if words is None:
        leave_current_folder()
    words = list(sys.argv[1:] if words is None else words)
    status = run(words)
    _tell_of_plugins(words)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
    sys.exit(status)


def run(words: list[str]) -> int:
    """Run `kb` with `words` and return the exit status: 0, 1 for an error, 2 for wrong usage, 130 for Ctrl-C."""
    from kb.cli.app import app
    from kb.cli.output import say_error

    try:
        app(words, prog_name="kb")
    except KbError as error:
        say_error(str(error))
        return error.exit_status
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
        if status == INTERRUPTED:
            say_error("Stopped. Completed work was saved.")
        return status
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        _forget_stdout()
    return 0


def _forget_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush finds no broken pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell_of_plugins(words: list[str]) -> None:
    """A plugin that was put aside is named, but `kb plugins` has told of it already."""
    from kb.cli.output import say
    from kb.cli.plugin_commands import plugin_problems

    try:
        problems = plugin_problems() if "plugins" not in words else []
    except KbError:
        return  # has ended the command as its error
    for problem in problems:
        say(problem, style="yellow")
