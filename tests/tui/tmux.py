"""A real terminal, kept by tmux: what is typed there, and what it shows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
KB = f"'{sys.executable}' -m kb; echo kb ended with $?; sleep 60"


class Tmux:
    """A session that runs `program` in `folder`; `kb` unless told otherwise."""

    def __init__(
        self, folder: Path, program: str = KB, size: tuple[int, int] = (120, 40), **variables: str
    ) -> None:
        self._socket = str(folder / "tmux")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **variables}
        width, height = map(str, size)
        subprocess.run(
            [
                *("tmux", "-S", self._socket, "-f", "/dev/null"),
                *("new-session", "-d", "-x", width, "-y", height, "-c", str(folder), program),
            ],
            env=environment,
            check=True,
        )

    def press(self, *keys: str) -> None:
        """Keys by their names in tmux."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """A line, and Enter."""
        self._tmux("send-keys", "-l", text)
        self.press("Enter")

    def screen(self) -> str:
        """What is shown now."""
        return self._tmux("capture-pane", "-p")

    def shows(self, *texts: str, seconds: float = 40) -> str:
        """Wait until all of `texts` are on the screen."""
        end = time.monotonic() + seconds
        while any(text not in (shown := self.screen()) for text in texts):
            assert time.monotonic() < end, f"{texts} never came:\n{shown}"
            time.sleep(0.2)
        return shown

    def close(self) -> None:
        """End the session, as if its window were closed."""
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False, capture_output=True)

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *words], check=True, capture_output=True, text=True
        )
        return done.stdout
