"""Which files of a folder are notes, or may be: what is hidden, left out or half written is passed over."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.files.names import readable
from kb.notes.ignore import IGNORE_FILE, Rules, is_brought_back, is_ignored, read_rules, rules_of
from kb.notes.left_out import made_from, program_rules
from kb.shortage import is_of_the_machine

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


class Walk:
    """Goes through a folder once; `left_out` is filled on the way."""

    def __init__(self, root: str, real_root: str) -> None:
        self._root = root
        self._real_root = real_root  # with every link resolved
        self.left_out: dict[str, str] = {}  # path -> why it is no note; folders end in a slash

    def files(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Every file that is not hidden or ignored, with its path below the root as the disk spells it."""
        return self._below(self._root, "", [])

    def _below(
        self,
        folder: str,
        prefix: str,
        rules: list[tuple[str, Rules]],
        programs: Sequence[tuple[str, Rules, str]] = (),
    ) -> Iterator[tuple[str, os.DirEntry[str]]]:
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
            if is_passed_over(entry.name):
                continue
            try:
                is_folder = entry.is_dir()
                # A link to a folder is not followed: within the vault its notes would be listed twice, or for
                # ever; outside they are not the vault's. Links to files are followed within the vault.
                outside = entry.is_symlink() and (
                    is_folder or not is_inside(os.path.realpath(entry.path), self._real_root)
                )
                if outside and is_folder:
                    self.left_out[link_path(f"{path}/")] = "a link to another folder"
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
                self.left_out[link_path(shown)] = reason
            elif is_folder:
                yield from self._below(entry.path, f"{path}/", rules, programs)
            else:
                yield path, entry


def is_inside(real: str, real_root: str) -> bool:
    """Whether a path lies in a folder, both with every link resolved."""
    return real == real_root or real.startswith(real_root + os.sep)


def note_file(path: str, entry: os.DirEntry[str], stamp: str) -> NoteFile | None:
    """The file of a listing as a note's; None when it is gone by now."""
    try:
        status = entry.stat()
    except OSError as error:
        if is_of_the_machine(error):
            raise
        return None  # deleted while the folder was read
    return NoteFile(
        link_path(path),
        Path(entry.path),
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        inode(status),
        stamp,
    )


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name is hidden, a program's own, or only half written."""
    return name.startswith(".") or name in _SKIPPED_FOLDERS or _TEMPORARY.search(name) is not None


def link_path(path: str) -> str:
    """NFC, and without the lone surrogates that stand for undecodable bytes in a name."""
    if path.isascii():
        return path
    return unicodedata.normalize("NFC", readable(path))


def inode(status: os.stat_result) -> int:
    """The file's number; some file systems use more bits than SQLite stores."""
    return status.st_ino & 0x7FFF_FFFF_FFFF_FFFF


def _program_rules(folder: Path, names: frozenset[str], prefix: str) -> list[tuple[str, Rules, str]]:
    found = program_rules(folder, names)
    return [(prefix, rules, reason) for rule, reason in found.items() for rules in rules_of([rule])]


def _why_left_out(path: str, names: frozenset[str], programs: Sequence[tuple[str, Rules, str]]) -> str:
    for prefix, rules, reason in programs:
        if is_ignored(path, [(prefix, rules)]):
            return reason
    return "" if path.endswith("/") else made_from(path.rsplit("/", 1)[-1], names)
