"""What SQLite and the disk raise, as kb's own errors."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import DiskFull, IndexDamaged, IndexingError, IndexLocked
from kb.shortage import is_of_the_machine, shortage

_MAYBE_FULL = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_HARDLY_ANYTHING = 100_000  # bytes left on a disk that count as none


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn what SQLite and the disk raise into kb's errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise _as_kb_error(error, folder) from error
    except UnicodeDecodeError as error:  # of SQLite's own message, which quotes what it could not read
        raise IndexDamaged(f"The index at {folder} is damaged (it holds no text). Run: kb index") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _disk_full(folder) from error
        if is_of_the_machine(error):
            raise IndexingError(shortage(error)) from error
        raise IndexingError(
            f"The index folder {folder} cannot be used: {error.strerror}. Name another with --index."
        ) from error


def result_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of `error`; 0 where it gives none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _HARDLY_ANYTHING
    except OSError:
        return False


def _nothing_can_be_opened() -> str:
    """Why no file at all can be opened, which SQLite does not tell; empty where one can."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return shortage(error)
    return ""


def _as_kb_error(error: sqlite3.Error, folder: Path) -> IndexingError:
    code = result_code(error)
    # On a full disk SQLite may fail to lock, to open or to write just as well.
    if code == sqlite3.SQLITE_FULL or (code in _MAYBE_FULL and _is_full(folder)):
        return _disk_full(folder)
    if code == sqlite3.SQLITE_CANTOPEN and (lack := _nothing_can_be_opened()):
        return IndexingError(lack)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return IndexLocked(
            f"The index at {folder} is being written by another process. Try again in a moment."
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return IndexingError(
            f"The index at {folder} cannot be opened: {error}. Check its permissions, or name another with --index."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "no such" in str(error):  # table or column
        return IndexDamaged(f"The index at {folder} is damaged ({error}). Run: kb index")
    return IndexingError(
        f"The index at {folder} could not be used: {error}. Delete the folder, then run: kb index"
    )


def _disk_full(folder: Path) -> DiskFull:
    return DiskFull(
        f"No space is left on the disk of {folder}; nothing was lost. Free some, then run: kb index"
    )


def not_ours(folder: Path) -> str:
    """That an index is not as this machine's kb left it, in one sentence."""
    return f"The index at {folder} was damaged, not closed properly, or made elsewhere."


def outdated(folder: Path) -> str:
    """That an index has an older format, in one sentence."""
    return f"The index at {folder} was made by an older kb."
