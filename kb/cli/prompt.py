"""Reads what a person writes in answer to a prompt; what was pasted is one line, however many lines it had."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Sequence

from kb.safe_text import pasted_line

# Terminals that are asked to put pasted text between these marks (bracketed paste, of xterm).
_ASK, _ASK_NO_MORE = "\x1b[?2004h", "\x1b[?2004l"
_BEGIN, _END = "\x1b[200~", "\x1b[201~"
# The lines of a paste follow one another within a few milliseconds; nobody types so fast.
_BURST_SECONDS = 0.03
_MOST = 65_536  # bytes at once


def read_line(prompt: str) -> str | None:
    """The next line from stdin, or None at its end. A program that writes to stdin sees no prompt."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip() if line else None
    typed_ahead = _waits(0.0)
    line = _edited(prompt) if sys.stdout.isatty() and _has_editing() else _plain(prompt)
    if line is None:
        return None
    # Not by sys.stdin, which would keep for itself what comes behind the first of several lines.
    while not typed_ahead and _waits(_BURST_SECONDS) and (more := os.read(sys.stdin.fileno(), _MOST)):
        line += "\n" + more.decode(sys.stdin.encoding or "utf-8", "replace")
    return pasted_line(line).strip()


def words_or_stdin(words: Sequence[str]) -> str:
    """What stands on the command line; a single `-` is what stdin holds, in one line."""
    return pasted_line(sys.stdin.read()).strip() if list(words) == ["-"] else " ".join(words)


def _waits(seconds: float) -> bool:
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def _has_editing() -> bool:
    """Whether lines can be edited, with a history; libedit is left out, for it takes pasted lines one by one."""
    try:
        import readline
    except ImportError:
        return False
    if "libedit" in (readline.__doc__ or ""):
        return False
    readline.parse_and_bind("set enable-bracketed-paste on")
    return True


def _edited(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        return None


def _plain(prompt: str) -> str | None:
    """The prompt goes to stderr, so that stdout stays a transcript."""
    sys.stderr.write((_ASK if sys.stderr.isatty() else "") + prompt)
    sys.stderr.flush()
    try:
        line = sys.stdin.readline()
        if not line:
            return None
        while line.rfind(_BEGIN) > line.rfind(_END) and (more := sys.stdin.readline()):
            line += more
        return line.replace(_BEGIN, "").replace(_END, "")
    finally:
        if sys.stderr.isatty():
            sys.stderr.write(_ASK_NO_MORE)
