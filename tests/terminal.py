"""A program on a real terminal: what it shows, and what a person types there."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO


class Terminal:
    """Runs `words` with a terminal of its own; `stdout` may go elsewhere."""

    def __init__(self, words: Sequence[str], cwd: Path | None = None, stdout: IO[str] | None = None) -> None:
        self._ours, theirs = pty.openpty()
        self.shown = ""
        self._seen = 0  # characters that were waited for
        variables = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        self._child = subprocess.Popen(
            words,
            stdin=theirs,
            stdout=stdout or theirs,
            stderr=theirs,
            cwd=cwd,
            env={**variables, "TERM": "xterm", "COLUMNS": "100", "LINES": "30"},
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        os.close(self._ours)

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Read until `text` was shown, once more than before."""
        end = time.monotonic() + seconds
        while text not in self.shown[self._seen :]:
            assert time.monotonic() < end, f"{text!r} was not shown, but {self.shown!r}"
            if not self._read():
                raise AssertionError(f"ended without {text!r}: {self.shown!r}")
        self._seen = self.shown.index(text, self._seen) + len(text)

    def type(self, text: str) -> None:
        """Send keys."""
        time.sleep(0.3)  # let it begin to wait
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """Read all, and return the exit status."""
        while self._read():
            pass
        return self._child.wait(30)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 30)[0]:
            return False
        try:
            chunk = os.read(self._ours, 65_536)
        except OSError:  # the terminal is closed when the program ends
            return False
        self.shown += chunk.decode("utf-8", "replace")
        return bool(chunk)


def kb_in_terminal(*words: str, cwd: Path) -> Terminal:
    """`kb` on a terminal."""
    return Terminal([sys.executable, "-m", "kb", *words], cwd)


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
