"""Starts the process that answers for `kb` once the interface, which has more urgent things to do, is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kb.cli.daemon.beside import Beside
    from kb.settings import Settings

_SECONDS = 3.0


@contextmanager
def answering_later(load: Callable[[], Settings], vault: Path | None, index: Path | None) -> Iterator[None]:
    """Within, from some seconds on, a child process answers for `kb`; see kb.cli.daemon.beside."""
    started: list[Beside] = []
    is_over, starting = False, Lock()

    def start() -> None:
        from kb.cli.daemon.beside import Beside
        from kb.errors import KbError

        with starting:
            try:
                if not is_over:
                    started.append(Beside(load(), vault, index))
            except KbError:
                pass  # the interface tells it

    timer = Timer(_SECONDS, start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with starting:
            is_over = True
        for one in started:
            one.close()
