"""The folder of notes on disk: which files are notes, and what they say. Nothing here writes."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b, file_digest
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Protocol

from kb.errors import FileRefused, NoteUnreadable, VaultMissing
from kb.files.beneath import is_name
from kb.files.names import readable
from kb.files.small import Unfit, open_regular
from kb.notes.decode import NotText, decode
from kb.notes.extract import Extract
from kb.notes.extracted_note import note_of_extract
from kb.notes.ignore import IGNORE_FILE, Rules, is_brought_back, is_ignored, read_rules, rules_of
from kb.notes.left_out import made_from, program_rules
from kb.notes.note import Note
from kb.notes.parse import parse_note
from kb.notes.suffixes import is_markdown
from kb.shortage import is_of_the_machine

# Text of this size is no note; its first part still tells what it is about.
READ_BYTES = 5_000_000
MAX_BYTES = 50_000_000
# What sources read at most; they have limits of their own for what is in it.
MAX_FILE_BYTES = 500_000_000

_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "$RECYCLE.BIN", "System Volume Information"})
# Names that editors and syncers use while a note is being written.
_TEMPORARY = re.compile(
    r"^(?:~\$|\.#|#.*#$|\.)|(?:~|\.tmp|\.swp|\.swo|\.part|\.crdownload)(?:\.(?:md|markdown|mdx|qmd|rmd))?$|\.sb-[0-9a-f]+-",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note's file as listed, unopened."""

    path: str  # relative to the vault, POSIX separators, NFC
    name: Path  # the real path; its name may not be NFC, or not even UTF-8
    size: int  # bytes
    mtime_ns: int
    ctime_ns: int  # moves with every write, whatever date a program gives the file afterwards
    inode: int
    stamp: str = ""  # of the source that reads it; empty for Markdown


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
        self._left_out = {}
        for path, entry in self._files(os.fspath(self.root), "", []):
            is_note = is_markdown(entry.name)
            if not is_note:
                attachments.append(_link_path(path))
            if not (is_note or self._reads(entry.name)):
                continue
            stamp = "" if is_note or self.sources is None else self.sources.stamp(entry.name)
            if (file := _note_file(path, entry, stamp)) and found.setdefault(file.path, file) is not file:
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
        return bool(parts) and (parts[-1] == IGNORE_FILE or not any(map(_is_passed_over, parts)))

    def note(self, path: str) -> Note:
        """The note at vault-relative `path`, whatever it is written in. Raises NoteUnreadable."""
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
        if not self._is_inside(os.path.realpath(name)):
            raise NoteUnreadable(f"{path} is a link to outside the vault. Copy the file into the vault.")
        return name

    def place(self, path: str) -> PurePath:
        """Where below the root the note at vault-relative `path` lies, as the disk spells it. Raises as `locate` does."""
        return self.locate(path).relative_to(self.root)

    def _is_inside(self, real: str) -> bool:
        return real == self._real_root or real.startswith(self._real_root + os.sep)

    def _files(
        self,
        folder: str,
        prefix: str,
        rules: list[tuple[str, Rules]],
        programs: Sequence[tuple[str, Rules, str]] = (),
    ) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Every file that is not hidden or ignored, with its path below the root as the disk spells it."""
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if is_of_the_machine(error):  # the notes in it are not gone
                raise
            return
        if any(entry.name == IGNORE_FILE for entry in entries):
            rules = [*rules, *((prefix, spec) for spec in read_rules(Path(folder, IGNORE_FILE)))]
        names = frozenset(entry.name for entry in entries)
        programs = [*programs, *_program_rules(Path(folder), names, prefix)]
        for entry in entries:
            path = f"{prefix}{entry.name}"
            if _is_passed_over(entry.name):
                continue
            try:
                is_folder = entry.is_dir()
                # A link to a folder is not followed: within the vault its notes would be listed twice, or for
                # ever; outside they are not the vault's. Links to files are followed within the vault.
                outside = entry.is_symlink() and (
                    is_folder or not self._is_inside(os.path.realpath(entry.path))
                )
                if outside and is_folder:
                    self._left_out[_link_path(f"{path}/")] = "a link to another folder"
                if outside or not (is_folder or entry.is_file()):
                    continue
            except OSError as error:
                if is_of_the_machine(error):
                    raise
                continue
            shown = f"{path}/" if is_folder else path
            if is_ignored(shown, rules):
                continue
            reason = _why_left_out(shown, names, programs)
            if reason and not is_brought_back(shown, rules):
                self._left_out[_link_path(shown)] = reason
            elif is_folder:
                yield from self._files(entry.path, f"{path}/", rules, programs)
            else:
                yield path, entry


def _program_rules(folder: Path, names: frozenset[str], prefix: str) -> list[tuple[str, Rules, str]]:
    found = program_rules(folder, names)
    return [(prefix, rules, reason) for rule, reason in found.items() for rules in rules_of([rule])]


def _why_left_out(path: str, names: frozenset[str], programs: Sequence[tuple[str, Rules, str]]) -> str:
    for prefix, rules, reason in programs:
        if is_ignored(path, [(prefix, rules)]):
            return reason
    return "" if path.endswith("/") else made_from(path.rsplit("/", 1)[-1], names)


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED_FOLDERS or _TEMPORARY.search(name) is not None


def _note_file(path: str, entry: os.DirEntry[str], stamp: str) -> NoteFile | None:
    try:
        status = entry.stat()
    except OSError as error:
        if is_of_the_machine(error):
            raise
        return None  # deleted while the folder was read
    return NoteFile(
        _link_path(path),
        Path(entry.path),
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        _inode(status),
        stamp,
    )


def _exists(name: Path) -> bool:
    try:
        return name.exists()
    except OSError:  # too long for a name
        return False


def _inode(status: os.stat_result) -> int:
    """The file's number; some file systems use more bits than SQLite stores."""
    return status.st_ino & 0x7FFF_FFFF_FFFF_FFFF


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
        _inode(status),
    )


def _link_path(path: str) -> str:
    """NFC, and without the lone surrogates that stand for undecodable bytes in a name."""
    if path.isascii():
        return path
    return unicodedata.normalize("NFC", readable(path))


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
