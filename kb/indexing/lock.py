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
from kb.indexing.schema import translated

FILE_NAME = "lock"


class WriteLock:
    """Held from `acquire` to `release`; within one process too, only one at a time."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock. Raises IndexLocked, saying who has it."""
        if self.held:
            return
        with translated(self._file.parent):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = _owner(descriptor)
            os.close(descriptor)
            raise IndexLocked(
                f"Another kb process{owner} is writing the index at {self._file.parent}. Wait for it, or stop it."
            ) from error
        os.ftruncate(descriptor, 0)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        }
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others write; no harm when it is not held."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def _owner(descriptor: int) -> str:
    with suppress(ValueError, KeyError, OSError):
        owner = json.loads(os.pread(descriptor, 1000, 0))
        return f" (number {owner['pid']} on {owner['host']}, since {owner['since']})"
    return ""
