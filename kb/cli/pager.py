"""Long output on a terminal goes to a pager, as git does it: $KB_PAGER, else $PAGER, else less; "cat" is none."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from kb.cli.streams import answer, diverted

_LESS = "FRX"  # end where all fits on the screen, show colours, leave the text on the screen
_elsewhere: Callable[[bytes], None] | None = None


class _Page(io.StringIO):
    """Gathers what is printed, as if it went to the terminal."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Of the terminal."""
        return self._encoding

    def isatty(self) -> bool:
        """So that it is laid out and coloured for one."""
        return True


@contextmanager
def paged() -> Iterator[None]:
    """What is printed within is shown by a pager where it is longer than the terminal; elsewhere nothing changes."""
    terminal = answer()
    command = pager()
    if not terminal.isatty() or not command:
        yield
        return
    page = _Page(terminal.encoding or "utf-8")
    try:
        with diverted(page):
            yield
    finally:
        _put(page.getvalue(), terminal, command)


def pager() -> list[str]:
    """The command that shows long output; empty for none."""
    wanted = os.environ.get("KB_PAGER", os.environ.get("PAGER", "less"))
    try:
        words = shlex.split(wanted)
    except ValueError:
        return []
    if not words or words[0] == "cat" or os.environ.get("TERM", "dumb") == "dumb":
        return []
    return words if shutil.which(words[0]) else []


def page_elsewhere(show: Callable[[bytes], None] | None) -> None:
    """From now on hand long output to `show`, encoded for the terminal; None: start the pager here, as at first."""
    global _elsewhere
    _elsewhere = show


def show_page(text: bytes) -> None:
    """Show `text` by the pager, in the terminal that stdout is; write it where no pager can be started."""
    try:
        subprocess.run(pager(), input=text, stdout=1, env={"LESS": _LESS, **os.environ}, check=False)
    except OSError:
        os.write(1, text)


def _put(text: str, terminal: TextIO, command: list[str]) -> None:
    if text.count("\n") < shutil.get_terminal_size().lines:
        terminal.write(text)
        return
    terminal.flush()
    data = text.encode(terminal.encoding or "utf-8", "replace")
    if _elsewhere is not None:
        _elsewhere(data)
        return
    try:
        subprocess.run(
            command, input=data, stdout=terminal.fileno(), env={"LESS": _LESS, **os.environ}, check=False
        )
    except OSError:
        terminal.write(text)
