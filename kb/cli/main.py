"""Runs the command line: one place turns errors into one sentence and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from kb.cli import streams
from kb.cli.interface import is_at_terminal, open_interface
from kb.errors import KbError, OutputFailed
from kb.interrupts import INTERRUPTED, leave_at_once, stop_what_runs, was_interrupted
from kb.isolation import leave_current_folder
from kb.shortage import shortage
from kb.silence import report_nothing

_COMPLETION = "_KB_COMPLETE"  # set by a shell that asks for the words that may follow
STOPPED = "Stopped. Completed work was saved."


def main(words: Sequence[str] | None = None) -> None:
    """Run `kb` with `words` (default: those of the process) and leave the process with its exit status."""
    if words is None:
        leave_current_folder()
        streams.prepare()
    report_nothing()  # plugins may use such a library, too
    words = list(sys.argv[1:] if words is None else words)
    try:
        status = run_to_the_end(words)
    except KeyboardInterrupt:
        status = INTERRUPTED
    leave_at_once()
    sys.exit(status)


def run_to_the_end(words: list[str]) -> int:
    """`run`, and what follows: tell of plugins that failed, and write what is left."""
    status = run(words)
    try:
        _tell_of_plugins(words)
        streams.finish()
    except OutputFailed as error:
        if status != error.exit_status:
            with suppress(OutputFailed):  # stderr may be the one that fails
                _say_error(str(error))
        return error.exit_status
    return status


def run(words: list[str]) -> int:
    """Run `kb` with `words` and return the exit status: 0, 1 for an error, 2 for wrong usage, 130 for Ctrl-C."""
    try:
        _obey(words)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
        if status == INTERRUPTED:
            _say_error(STOPPED)
        return status
    except BaseException as error:  # a panic of a library in Rust is no Exception
        if was_interrupted():
            _say_error(STOPPED)
            return INTERRUPTED
        message = str(error) if isinstance(error, KbError) else shortage(error)
        if not message:
            raise
        if not isinstance(error, KbError):
            # What was half made when the machine had no more may fail to end, too.
            sys.unraisablehook = lambda _: None
        with suppress(OutputFailed):
            _say_error(message)
        return error.exit_status if isinstance(error, KbError) else KbError.exit_status
    return 0


def _obey(words: list[str]) -> None:
    if not words and is_at_terminal() and _COMPLETION not in os.environ:
        stop_what_runs()
        open_interface()
        return
    from kb.cli.app import app

    stop_what_runs()
    app(words, prog_name="kb")


def _say_error(message: str) -> None:
    from kb.cli.output import say_error

    say_error(message)


def _tell_of_plugins(words: list[str]) -> None:
    """A plugin that was put aside is named, but `kb plugins` has told of it already."""
    from kb.cli.host import plugin_problems
    from kb.cli.output import say

    try:
        problems = plugin_problems() if "plugins" not in words else []
    except KbError:
        return  # has ended the command as its error
    for problem in problems:
        say(problem, style="yellow")
