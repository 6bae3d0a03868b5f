"""Starts and stops the process that answers for `kb`."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from kb.child_process import ChildBeside, own_command, start_beside
from kb.cli.daemon import meeting
from kb.cli.daemon.client import connect, message
from kb.cli.daemon.server import AlreadyServed, Meeting, meeting_place, process, wait_until_gone
from kb.errors import KbError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from kb.cli.options import CliContext
    from kb.settings import Settings

_END_SECONDS = 5.0


def options_of(vault: Path | None, index: Path | None) -> list[str]:
    """The words of a command line that choose this knowledge base."""
    chosen = (("--vault", vault), ("--index", index))
    return [word for option, path in chosen if path for word in (option, str(path))]


def serve_locally(context: CliContext) -> None:
    """Answer for `kb` in this process, until Ctrl-C. Raises UsageError where another one does."""
    from kb.cli.daemon.serving import Serving
    from kb.cli.output import say

    place = place_of(context)
    context.settings()  # raises what any command would
    try:
        serving = Serving(place, None, own_command(*sys.argv[1:]))
    except AlreadyServed:
        raise UsageError(
            f"Process {process(place)} is already answering here. Stop it with: kb serve --stop"
        ) from None
    say(
        f"Answering kb {', kb '.join(sorted(meeting.COMMANDS))} for this knowledge base. Press Ctrl-C to stop."
    )
    serving.run([*options_of(context.vault, context.index), "search", "kb"])


def stop(context: CliContext) -> bool:
    """End the process that answers; false where there is none. Raises UsageError when it does not end."""
    place = place_of(context)
    number = process(place)
    if number is None:
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_END_SECONDS)
        connect(connection, place.folder, place.name)
        connection.sendall(message([meeting.STOP], ["", "", ""]))
        connection.recv(1)
    if not wait_until_gone(place, _END_SECONDS):
        raise UsageError(f"Process {number} does not stop. End it with: kill -9 {number}")
    return True


def place_of(context: CliContext) -> Meeting:
    """Where commands with these options look for a process. Raises UsageError, StateUnwritable."""
    return _place(options_of(context.vault, context.index))


def _place(words: list[str]) -> Meeting:
    if not hasattr(socket, "AF_UNIX"):
        raise UsageError("This system lacks the sockets that kb needs to answer for other commands.")
    return meeting_place(words)


class Beside:
    """A child process that answers for `kb` while this process runs, unless `settings` are against it or one answers already."""

    def __init__(self, settings: Settings, vault: Path | None, index: Path | None) -> None:
        words = options_of(vault, index)
        self._child = _started(words) if settings.serve.local == "on" else None

    def close(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.end(patience=_END_SECONDS)


def _started(words: list[str]) -> ChildBeside | None:
    try:
        if process(_place(words)) is not None:
            return None
        return start_beside("kb.cli.daemon", words)
    except (KbError, OSError):
        return None  # it only saves time


def serve_beside(words: Sequence[str]) -> None:
    """Answer for `kb` in this process, a child's, until the descriptor 0 is closed."""
    from kb.cli.daemon.serving import Serving

    parent = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    with suppress(AlreadyServed, KbError):
        again = [sys.executable, *sys.orig_argv[1:]]  # -I is among them
        Serving(meeting_place(list(words)), parent, again).run()
