"""What has changed between the notes and the catalog; decided without touching either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.indexing.catalog import StoredNote
from kb.notes.vault import NoteFile

# Fewer notes than this may all go at once without a question.
_SMALL = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """Which files to read, and which known notes have no file any more."""

    new: tuple[NoteFile, ...]
    suspects: tuple[NoteFile, ...]  # size or date differ; their content decides
    missing: tuple[str, ...]  # paths
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing needs to be read or removed."""
        return not (self.new or self.suspects or self.missing)


def plan(files: Sequence[NoteFile], known: Mapping[str, StoredNote]) -> Plan:
    """Compare what is there with what is known."""
    present = {file.path for file in files}
    new = tuple(file for file in files if file.path not in known)
    suspects = tuple(file for file in files if file.path in known and not _same(file, known[file.path]))
    missing = tuple(path for path in known if path not in present)
    return Plan(new, suspects, missing, len(files) - len(new) - len(suspects))


def looks_lost(removed: int, known: int) -> bool:
    """Whether so many notes are gone that a drive or a syncer is the likelier reason than a person."""
    return known >= _SMALL and removed > known / 2


def _same(file: NoteFile, note: StoredNote) -> bool:
    return (file.size, file.mtime_ns) == (note.size, note.mtime_ns)
