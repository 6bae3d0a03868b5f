"""A window that is closed, or a system that goes down: the interface leaves as if it had been asked to."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

_NAMES = ("SIGHUP", "SIGTERM")  # Windows has no SIGHUP


def when_closed(leave: Callable[[], object]) -> None:
    """Call `leave` in the running loop when the terminal or the system ends the process.

    Without this it would die with its index open, which is then taken for damaged and made anew.
    """
    loop = asyncio.get_running_loop()
    for name in _NAMES:
        # Loops of other threads, and those of Windows, hear no signals.
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(getattr(signal, name), leave)
