"""The folder of notes on disk: which files are notes, and what they say. Nothing here writes."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b, file_digest
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Protocol

from kb.errors import FileRefused, NoteUnreadable, VaultMissing
from kb.files.beneath import is_name
from kb.files.small import Unfit, open_regular
from kb.notes.decode import NotText, decode
from kb.notes.extract import Extract
from kb.notes.ignore import IGNORE_FILE
from kb.notes.listing import NoteFile, Walk, inode, is_inside, is_passed_over, link_path, note_file
from kb.notes.note import Note
from kb.notes.suffixes import is_markdown

# Text of this size is no note; its first part still tells what it is about.
READ_BYTES = 5_000_000
MAX_BYTES = 50_000_000
# What sources read at most; they have limits of their own for what is in it.
MAX_FILE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class RawNote:
    """A note's text as read."""

    path: str
    text: str  # line ends as in the file, without the byte order mark
    encoding: str
    bom: bool
    fingerprint: str  # 32 hex digits over the file's bytes
    size: int  # bytes
    mtime_ns: int
    ctime_ns: int
    inode: int
    complete: bool = True  # False when only the first part was read


class Sources(Protocol):
    """What reads files that are no Markdown; see kb.sources."""

    def reads(self, name: str) -> bool:
        """Whether files of this name are read."""

    def stamp(self, name: str) -> str:
        """What tells whether a file of this name would be read as it was before."""

    def extract(self, path: str, file: BinaryIO, fingerprint: str) -> Extract:
        """What stands in the open file at vault-relative `path`. Raises NoteUnreadable."""


class Vault:
    """The notes below a folder: Markdown, and whatever else `sources` read.

    Raises VaultMissing when `root` is no folder.
    """

    def __init__(self, root: Path, sources: Sources | None = None) -> None:
        if not root.is_dir():
            what = "is not a folder" if root.exists() else "does not exist"
            raise VaultMissing(
                f"The vault {root} {what}. Name the folder of notes with --vault, or in kb.toml."
            )
        self.root = root
        self.sources = sources
        self._real_names: dict[str, Path] = {}
        self._attachments: list[str] | None = None  # as of the latest scan
        self._left_out: dict[str, str] = {}  # path -> why it is no note

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)

    def scan(self) -> list[NoteFile]:
        """Every note, ordered by path. Folders that cannot be opened are passed over.

        Raises VaultMissing when the folder is gone, so that its notes are not taken for deleted.
        """
        if not self.root.is_dir():
            raise VaultMissing(
                f"Can't find the vault {self.root}. Reconnect the drive or choose another vault with --vault."
            )
        found: dict[str, NoteFile] = {}
        attachments = []
        walk = Walk(os.fspath(self.root), self._real_root)
        self._left_out = walk.left_out
        for path, entry in walk.files():
            is_note = is_markdown(entry.name)
            if not is_note:
                attachments.append(link_path(path))
            if not (is_note or self._reads(entry.name)):
                continue
            stamp = "" if is_note or self.sources is None else self.sources.stamp(entry.name)
            if (file := note_file(path, entry, stamp)) and found.setdefault(file.path, file) is not file:
                # Two names may differ in normalisation only; the first in byte order is kept.
                self._left_out[file.path] = "a second file whose name reads the same; rename one"
        self._attachments = sorted(attachments)
        self._real_names = {path: file.name for path, file in found.items()}
        return [found[path] for path in sorted(found)]

    def attachments(self) -> list[str]:
        """Vault-relative paths of the files that are no Markdown (images, PDFs, canvases), as of the latest scan."""
        if self._attachments is None and self.root.is_dir():
            self.scan()
        return self._attachments or []

    def left_out(self) -> dict[str, str]:
        """What lies among the notes and is not read, with the reason, as of the latest scan; folders end in a slash."""
        self.attachments()
        return self._left_out

    def concerns(self, path: Path) -> bool:
        """Whether a change at `path` may change what `scan` finds; says yes when in doubt, and opens nothing."""
        try:
            parts = path.relative_to(self.root).parts
        except ValueError:
            return False
        return bool(parts) and (parts[-1] == IGNORE_FILE or not any(map(is_passed_over, parts)))

    def note(self, path: str) -> Note:
        """The note at vault-relative `path`, whatever it is written in. Raises NoteUnreadable."""
        from kb.notes.extracted_note import note_of_extract
        from kb.notes.parse import parse_note

        if not self._is_extracted(path):
            return parse_note(path, self.read(path).text)
        return note_of_extract(path, self.extract(self.look(path)))

    def look(self, path: str) -> RawNote:
        """The note at `path` with its fingerprint; of what a source reads no text yet. Raises NoteUnreadable."""
        if not self._is_extracted(path):
            return self.read(path)
        with self._opened(path, MAX_FILE_BYTES) as (file, status):
            fingerprint = file_digest(file, _digest).hexdigest()  # type: ignore[arg-type]
        return _raw(path, "", "", False, fingerprint, status)

    def extract(self, raw: RawNote) -> Extract:
        """What a source finds in the file that was looked at as `raw`. Raises NoteUnreadable."""
        assert self.sources is not None
        with self._opened(raw.path, MAX_FILE_BYTES) as (file, status):
            if (status.st_size, status.st_ctime_ns) != (raw.size, raw.ctime_ns):
                raise NoteUnreadable(f"{raw.path} is being written. Run kb index once it is complete.")
            return self.sources.extract(raw.path, file, raw.fingerprint)

    def read(self, path: str) -> RawNote:
        """The text of the file at vault-relative `path`, as it stands there.

        Raises NoteUnreadable with the reason when there is no text to be had.
        """
        with self._opened(path, MAX_BYTES) as (file, status):
            data = file.read(MAX_BYTES + 1)
        complete = len(data) <= READ_BYTES
        try:
            decoded = decode(data if complete else _whole_lines(data))
        except NotText as error:
            raise NoteUnreadable(f"{path} is {error}. Remove it, or name it in {IGNORE_FILE}.") from error
        digest = blake2b(data, digest_size=16).hexdigest()
        raw = _raw(path, decoded.text, decoded.encoding, decoded.bom, digest, status)
        return replace(raw, size=len(data), complete=complete)

    @contextmanager
    def _opened(self, path: str, most: int) -> Iterator[tuple[BinaryIO, os.stat_result]]:
        """The regular file at `path`, of at most `most` bytes. Raises NoteUnreadable."""
        name = self.locate(path)
        try:
            file, status = open_regular(name)
            with file:
                if status.st_size > most:
                    kind = FileRefused if most == MAX_FILE_BYTES else NoteUnreadable
                    raise kind(
                        f"{path} is larger than {most // 1_000_000} MB. Split it, or name it in {IGNORE_FILE}."
                    )
                yield file, status
        except Unfit as error:
            raise NoteUnreadable(
                f"{path} isn't a note: {error.strerror}. Remove it from the vault."
            ) from error
        except OSError as error:
            raise NoteUnreadable(_reason(path, error)) from error
        except ValueError as error:  # a NUL in the name
            raise NoteUnreadable(f"{path!r} isn't a valid file name.") from error

    def is_off(self, path: str) -> bool:
        """Whether the file at `path` is of a format that is not read."""
        return not is_markdown(path) and not self._reads(path.rsplit("/", 1)[-1])

    def _reads(self, name: str) -> bool:
        return self.sources is not None and self.sources.reads(name)

    def _is_extracted(self, path: str) -> bool:
        return not is_markdown(path) and self._reads(path.rsplit("/", 1)[-1])

    def locate(self, path: str) -> Path:
        """The real file of the note at vault-relative `path`. Raises NoteUnreadable for one outside the vault."""
        if name := self._real_names.get(path):
            return name
        parts = path.split("/")
        if not is_name(path):
            raise NoteUnreadable(f"{path[:80]!r} isn't a valid file name.")
        if path.startswith("/") or ".." in parts:
            raise NoteUnreadable(f"{path} is outside the vault. Name a note by its path within it.")
        name = self.root / path
        if not _exists(name):
            # The file may be written in another normalisation (NFD on macOS) than links are.
            self.scan()
            name = self._real_names.get(path, name)
        if not is_inside(os.path.realpath(name), self._real_root):
            raise NoteUnreadable(f"{path} is a link to outside the vault. Copy the file into the vault.")
        return name

    def place(self, path: str) -> PurePath:
        """Where below the root the note at vault-relative `path` lies, as the disk spells it. Raises as `locate` does."""
        return self.locate(path).relative_to(self.root)


def _exists(name: Path) -> bool:
    try:
        return name.exists()
    except OSError:  # too long for a name
        return False


def _digest() -> Any:
    return blake2b(digest_size=16)


def _raw(path: str, text: str, encoding: str, bom: bool, fingerprint: str, status: os.stat_result) -> RawNote:
    return RawNote(
        path,
        text,
        encoding,
        bom,
        fingerprint,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        inode(status),
    )


def _whole_lines(data: bytes) -> bytes:
    cut = data.rfind(b"\n", 0, READ_BYTES)
    cut = cut + 1 if cut > READ_BYTES // 2 else READ_BYTES
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: cut - cut % 2]
    while cut > 0 and data[cut : cut + 1] and 0x80 <= data[cut] < 0xC0:
        cut -= 1  # not inside a UTF-8 character
    return data[:cut]


def _reason(path: str, error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return f"{path} is not there any more. Run: kb index"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"You don't have permission to read {path}. Change its permissions."
    return f"{path} cannot be read: {error.strerror}. Check the disk it is on."
