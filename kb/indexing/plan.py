"""What has changed between the notes and the catalog; decided without touching either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kb.notes.listing import NoteFile

# Fewer notes than this may all go at once without a question.
_SMALL = 10
# Dates advance in steps: of 4 ms or so on Linux, of up to 2 s on FAT and some network drives, which then show whole ones.
_STEP_NS = 50_000_000
_COARSE_STEP_NS = 2_000_000_000
_SECOND_NS = 1_000_000_000


class Seen(Protocol):
    """A file as it was when it was last looked into."""

    @property
    def size(self) -> int: ...
    @property
    def mtime_ns(self) -> int: ...
    @property
    def ctime_ns(self) -> int: ...
    @property
    def inode(self) -> int: ...
    @property
    def stamp(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """Which files to read, and which known notes have no file any more."""

    new: tuple[NoteFile, ...]
    suspects: tuple[NoteFile, ...]  # size, a date or the file itself differ; their content decides
    missing: tuple[str, ...]  # paths
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing needs to be read or removed."""
        return not (self.new or self.suspects or self.missing)


def plan(files: Sequence[NoteFile], known: Mapping[str, Seen]) -> Plan:
    """Compare what is there with what is known."""
    present = {file.path for file in files}
    new = tuple(file for file in files if file.path not in known)
    suspects = tuple(file for file in files if file.path in known and not _same(file, known[file.path]))
    missing = tuple(path for path in known if path not in present)
    return Plan(new, suspects, missing, len(files) - len(new) - len(suspects))


def looks_lost(removed: int, known: int) -> bool:
    """Whether so many notes are gone that a drive or a syncer is the likelier reason than a person."""
    return known >= _SMALL and removed > known / 2


def trusted_mtime(mtime_ns: int, read_at_ns: int) -> int:
    """`mtime_ns`, or -1 where a write just after the reading could bear the same date, so that it is read again."""
    step = _STEP_NS if mtime_ns % _SECOND_NS else _COARSE_STEP_NS
    return mtime_ns if mtime_ns + step <= read_at_ns else -1


def _same(file: NoteFile, seen: Seen) -> bool:
    return (file.size, file.mtime_ns, file.ctime_ns, file.inode, file.stamp) == (
        seen.size,
        seen.mtime_ns,
        seen.ctime_ns,
        seen.inode,
        seen.stamp,
    )
