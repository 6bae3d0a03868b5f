"""The files of an export: one file, a folder, or a zip archive, read within limits whoever made it."""

from __future__ import annotations

import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from kb.errors import ExportUnreadable
from kb.files.beneath import beneath
from kb.files.small import open_regular, parse_json
from kb.importing.imported_note import Attachment, clean
from kb.notes.decode import NotText, decode

MOST_FILES = 200_000
MOST_TEXT = 50_000_000  # bytes of a note, as for notes of the vault
MOST_JSON = 400_000_000  # bytes; reading takes some eight times as much memory
MOST_ATTACHMENT = 500_000_000  # bytes
# What archivers and systems put beside people's files.
_PASSED_OVER = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini", "node_modules"))


class Tree(ABC):
    """Files by their names, relative and with slashes. Close it when done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self._kept: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0
        self._parsed: tuple[str, Any] = ("", None)  # the file of JSON that was read last, and its value

    @abstractmethod
    def names(self) -> list[str]:
        """The files, sorted."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether a file of that name can be read, for those that notes name; none outside of the tree can."""

    @abstractmethod
    def size(self, name: str) -> int:
        """Bytes, as the file system or the archive says."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """The file, open for reading. Raises ExportUnreadable."""

    @abstractmethod
    def changed(self, name: str) -> datetime | None:
        """When the file was last changed, in local time, where that is known."""

    def ending(self, *suffixes: str) -> list[str]:
        """The files whose names end so, in any case."""
        return [name for name in self.names() if name.lower().endswith(suffixes)]

    def read(self, name: str, most: int = MOST_TEXT) -> bytes:
        """All of a file. Raises ExportUnreadable, for more than `most` bytes, too."""
        if self.size(name) > most:
            raise ExportUnreadable(f"{name} is larger than {most // 1_000_000} MB, so it can't be imported.")
        with self.open(name) as stream:
            return read_all(stream, name, most)

    def text(self, name: str, most: int = MOST_TEXT) -> str:
        """A file as text with plain line ends. Raises ExportUnreadable."""
        try:
            return clean(decode(self.read(name, most)).text)
        except NotText as error:
            raise ExportUnreadable(f"{name} is {error}.") from error

    def json(self, name: str) -> Any:
        """The value in a file of JSON. Raises ExportUnreadable."""
        if self._parsed[0] == name:  # several importers look at the same file
            return self._parsed[1]
        try:
            self._parsed = name, parse_json(self.read(name, MOST_JSON))
            return self._parsed[1]
        except (ValueError, MemoryError) as error:
            reason = "it is nested too deeply" if "nested" in str(error) else "it is damaged or not JSON"
            raise ExportUnreadable(f"{name} can't be read: {reason}.") from error

    def attachment(self, name: str) -> Attachment:
        """A file to go along with a note."""
        return Attachment(name, PurePosixPath(name).name, partial(self.read, name, MOST_ATTACHMENT))

    def keep(self, data: bytes) -> Callable[[], bytes]:
        """Put `data` on the disk until the tree is closed, and return what reads it."""
        if self._kept is None:
            self._kept = tempfile.TemporaryDirectory(prefix="kb-import-")
        self._count += 1
        file = Path(self._kept.name) / str(self._count)
        file.write_bytes(data)
        return file.read_bytes

    def close(self) -> None:
        """Let go of files."""
        if self._kept is not None:
            self._kept.cleanup()
            self._kept = None


class FolderTree(Tree):
    """A folder, or with `only` one file of it; links to elsewhere are not followed."""

    def __init__(self, path: Path, only: str = "") -> None:
        super().__init__(path)
        self._only = only
        self.name = only or path.name
        self._names = [only] if only else sorted(self._walk())

    def names(self) -> list[str]:
        return self._names

    def has(self, name: str) -> bool:
        try:
            with (
                beneath(self.path, name) as entry,
                open_regular(entry.name, follow=False, folder=entry.folder)[0],
            ):
                return True
        except (OSError, ValueError):
            return False

    def size(self, name: str) -> int:
        with _with_its_name(name), beneath(self.path, name) as entry:
            status = entry.status()
            return status.st_size if status else 0

    def open(self, name: str) -> BinaryIO:
        with _with_its_name(name), beneath(self.path, name) as entry:
            return open_regular(entry.name, follow=False, folder=entry.folder)[0]

    def changed(self, name: str) -> datetime | None:
        try:
            with beneath(self.path, name) as entry:
                status = entry.status()
            return datetime.fromtimestamp(int(status.st_mtime)) if status else None
        except (OSError, ValueError, OverflowError):
            return None

    def _walk(self) -> Iterator[str]:
        count = 0
        for folder, folders, files in os.walk(self.path):
            folders[:] = sorted(name for name in folders if not passed_over(name))
            relative = Path(folder).relative_to(self.path)
            for name in files:
                file = Path(folder, name)
                if passed_over(name) or file.is_symlink() or not file.is_file():
                    continue
                count += 1
                if count > MOST_FILES:
                    raise ExportUnreadable(
                        f"{self.path} holds more than {MOST_FILES:,} files, so nothing was imported."
                    )
                yield (relative / name).as_posix()


def passed_over(name: str) -> bool:
    """Whether a file or folder of this name is a system's, or hidden."""
    return name.startswith(".") or name in _PASSED_OVER


def read_all(stream: BinaryIO, name: str, most: int) -> bytes:
    """What is left in `stream`. Raises ExportUnreadable for more than `most` bytes."""
    with _with_its_name(name):
        data = stream.read(most + 1)
    if len(data) > most:
        raise ExportUnreadable(f"{name} is larger than {most // 1_000_000} MB, so it can't be imported.")
    return data


@contextmanager
def _with_its_name(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportUnreadable(f"{name} can't be read: {error.strerror or error}.") from error
