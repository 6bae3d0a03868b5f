"""One writer at a time: a lock file that says who holds it, freed by the system when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from kb.errors import IndexLocked
from kb.files.small import parse_json
from kb.indexing.failures import translated
from kb.indexing.place import must_be_free
from kb.indexing.seal import sweep

FILE_NAME = "lock"
_BEAT_SECONDS = 1.0
_SILENT_SECONDS = 120.0  # a living holder shows itself at least every minute


class WriteLock:
    """Held from `acquire` to `release`; within one process too, only one at a time."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._descriptor: int | None = None
        self._beaten = 0.0

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor is not None

    def acquire(self, purpose: str) -> None:
        """Take the lock, telling others what for. Raises IndexLocked, saying who has it; IndexingError in a place of others."""
        if self.held:
            return
        with translated(self._file.parent):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            must_be_free(self._file.parent)
            sweep(self._file.parent)
            # A link there would have its target emptied.
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self._file, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = _described(descriptor)
            os.close(descriptor)
            raise IndexLocked(
                f"{owner} is writing the index at {self._file.parent}. Wait for it, or stop it."
            ) from error
        os.ftruncate(descriptor, 0)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
            "purpose": purpose,
        }
        os.pwrite(descriptor, json.dumps(holder, allow_nan=False).encode(), 0)
        self._descriptor = descriptor

    def beat(self) -> None:
        """Show that the holder is alive: the file's date is when it last did something."""
        now = time.monotonic()
        if self._descriptor is not None and now - self._beaten > _BEAT_SECONDS:
            os.utime(self._descriptor)
            self._beaten = now

    def release(self) -> None:
        """Let others write; no harm when it is not held."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def owner(self) -> str:
        """Who holds it, as a phrase; empty when nobody does, or this object itself."""
        if self.held:
            return ""
        try:
            descriptor = os.open(self._file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return ""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _described(descriptor)
        else:
            return ""
        finally:
            os.close(descriptor)


def _described(descriptor: int) -> str:
    with suppress(ValueError, KeyError, TypeError, OSError):
        owner = parse_json(os.pread(descriptor, 1000, 0))
        silent = time.time() - os.fstat(descriptor).st_mtime
        last = f", silent for {silent / 60:.0f} minutes" if silent > _SILENT_SECONDS else ""
        return (
            f"Another kb process (number {owner['pid']} on {owner['host']}, {owner['purpose']} since "
            f"{owner['since']}{last})"
        )
    return "Another kb process"
