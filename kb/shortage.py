"""Tells an error that comes from a lack of memory, disk, open files or processes from any other."""

from __future__ import annotations

import errno

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FILES = (errno.EMFILE, errno.ENFILE)
# Where a library in another language has no other error than a sentence; in small letters.
_MEMORY_WORDS = (
    "cannot allocate memory",
    "bad_alloc",
    "bad allocation",
    "failed to allocate",
    "failed to map segment",
    "out of memory",
)
_MEMORY = (
    "There is not enough memory for this. Close other programs, or choose a smaller model, and try again."
)
# A library may keep something for a moment where temporary files lie, on another disk than the index.
_DISK = "No space is left on the disk of the index or of temporary files. Free some, then try again."
_OPEN_FILES = (
    "Too many files are open. Close other programs, or raise the limit (ulimit -n 1024), then try again."
)
_PROCESSES = "Can't start another process or thread. Close other programs, then try again."


def shortage(error: BaseException) -> str:
    """A sentence on what the machine has too little of, where `error` or one that led to it says so; else empty."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if message := _of_one(at):
            return message
        at = at.__cause__ or at.__context__
    return ""


def is_of_the_machine(error: OSError) -> bool:
    """Whether `error` says something of the machine, and nothing of the file or folder it happened to come from."""
    return error.errno in (*_FILES, errno.ENOMEM)


def _of_one(error: BaseException) -> str:
    number = error.errno if isinstance(error, OSError) else None
    words = str(error).lower()
    if (
        isinstance(error, MemoryError)
        or number == errno.ENOMEM
        or any(part in words for part in _MEMORY_WORDS)
    ):
        return _MEMORY
    if number in _FULL:
        return _DISK
    if number in _FILES or "too many open files" in words:
        return _OPEN_FILES
    if "can't start new thread" in words or (
        isinstance(error, BlockingIOError) and error.errno == errno.EAGAIN
    ):
        return _PROCESSES
    return ""
