"""Ctrl-C while Python still imports, or is already ending: the process leaves at once, without a traceback."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

INTERRUPTED = 130  # 128 + SIGINT, as shells count it
_heard = False


def leave_at_once() -> None:
    """From now on Ctrl-C ends the process; there is nothing that could be lost."""
    _handle(_leave)


def stop_what_runs() -> None:
    """From now on Ctrl-C is told to what runs, which may finish what it began."""
    global _heard
    _heard = False
    _handle(_stop)


def was_interrupted() -> bool:
    """Whether Ctrl-C has been heard: C code that is being imported turns it into an error of another type."""
    return _heard


def _stop(signal_number: int, frame: FrameType | None) -> None:
    global _heard
    _heard = True
    signal.default_int_handler(signal_number, frame)


def _handle(handler: Callable[[int, FrameType | None], object]) -> None:
    # A process in the background ignores Ctrl-C, and goes on to do so.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        with suppress(ValueError):  # another thread than the main one cannot say how
            signal.signal(signal.SIGINT, handler)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
