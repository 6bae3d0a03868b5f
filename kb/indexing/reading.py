"""The first part of a sync: what changed among the notes is read into the catalog."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kb.errors import FileRefused, KbError, NoteUnreadable, VaultEmpty
from kb.indexing.catalog import Catalog
from kb.indexing.catalog_writer import CatalogWriter
from kb.indexing.embedder import Embedder
from kb.indexing.file_table import known_extract, seen_files
from kb.indexing.note_rows import NoteRows, rows_of, told_beside
from kb.indexing.pending_work import mark_pending
from kb.indexing.plan import Plan, looks_lost, plan, trusted_mtime
from kb.indexing.reading_beside import Batch, rows_beside
from kb.indexing.stored import StoredNote, StoredUnread
from kb.notes.extracted_note import note_of_extract
from kb.notes.listing import NoteFile
from kb.notes.passages import split_passages
from kb.notes.vault import RawNote, Vault
from kb.sources.form import pack, unpack

_NOTES_PER_BATCH = 250


@dataclass(slots=True)
class Tally:
    """What was found."""

    added: int = 0
    changed: int = 0
    renamed: int = 0
    removed: int = 0
    unchanged: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # (path, reason)
    notes: list[str] = field(default_factory=list)  # paths of added, changed and renamed notes
    new: list[str] = field(default_factory=list)  # paths of added notes


def read_changes(
    vault: Vault,
    writer: CatalogWriter,
    catalog: Catalog,
    embedder: Embedder,
    progress: Callable[[int, int], None],
    *,
    accept_removals: bool,
) -> Tally:
    """Read new and changed notes and forget missing ones, batch by batch.

    Raises VaultEmpty, having changed nothing, when too many notes are gone.
    """
    tally = Tally()
    seen = seen_files(catalog)
    known = {path: note for path, note in seen.items() if isinstance(note, StoredNote)}
    files = vault.scan()
    if not files and not accept_removals:
        raise VaultEmpty(_empty(vault, len(known)))
    todo = _without_hidden(plan(files, seen), vault, tally)
    tally.unchanged = todo.unchanged - _still_unread(todo, seen.keys() - known.keys())
    if todo.is_empty:
        return tally
    missing = [path for path in todo.missing if path in known]
    # A missing note whose content turns up under a new path was renamed, not deleted.
    lost = {known[path].fingerprint: path for path in missing}
    read = {file.path: _read(vault, file, tally) for file in todo.new} if lost else {}
    renamed = {
        path: lost[raw.fingerprint]
        for path, raw in read.items()
        if raw is not None and raw.fingerprint in lost
    }
    found = {raw.fingerprint for raw in read.values() if raw is not None}
    # Whoever turns a format off does not miss its files.
    gone = sum(known[path].fingerprint not in found and not vault.is_off(path) for path in missing)
    if looks_lost(gone, len(known)) and not accept_removals:
        raise VaultEmpty(
            f"{gone} of {len(known)} notes are gone from {vault.root}, so nothing was changed. Is a drive or a synced "
            "folder missing? If you did remove them, run: kb index --accept-removals"
        )
    done = 0
    work = [*todo.new, *todo.suspects]
    progress(done, len(work))
    look = _Look(vault, known, read, tally)
    for made, count in _made(work, look, catalog, embedder):
        with writer.batch():
            before = len(tally.notes)
            names: set[str] = set()
            for one in made:
                names |= _keep(one, writer, tally, is_known=one.path in known, was=renamed.get(one.path, ""))
            if names or len(tally.notes) > before:
                mark_pending(writer, names if known else None)
        done += count
        progress(done, len(work))
    with writer.batch():
        names = set()
        for path in todo.missing:
            names |= writer.remove_note(path)
            writer.files.forget(path)
        if missing:
            mark_pending(writer, names)
    tally.removed = gone
    return tally


@dataclass(frozen=True, slots=True)
class _Found:
    """A file as it was listed and looked at, and what came of reading it."""

    file: NoteFile
    raw: RawNote
    is_as_known: bool
    rows: NoteRows | None = None  # None for one that is as it was, or could not be read
    reason: str = ""  # why it could not be read
    is_refused: bool = False  # whether that lies in the file itself
    content: bytes = b""  # of what a source read, where that is new

    @property
    def path(self) -> str:
        return self.file.path


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks at files."""

    vault: Vault
    known: Mapping[str, StoredNote]
    read: dict[str, RawNote | None]  # what was looked at before, by path; each is handed out once
    tally: Tally

    def __call__(self, files: Iterable[NoteFile]) -> list[_Found]:
        """Those of `files` that can be looked at."""
        return [self._found(file, raw) for file in files if (raw := self._raw(file)) is not None]

    def _raw(self, file: NoteFile) -> RawNote | None:
        if file.path in self.read:
            return self.read.pop(file.path)
        return _read(self.vault, file, self.tally)

    def _found(self, file: NoteFile, raw: RawNote) -> _Found:
        # Sync tools touch files without changing them.
        known = self.known.get(file.path)
        same = known is not None and (known.fingerprint, known.stamp) == (raw.fingerprint, file.stamp)
        return _Found(file, raw, is_as_known=same)


def _made(
    work: Sequence[NoteFile], look: _Look, catalog: Catalog, embedder: Embedder
) -> Iterator[tuple[list[_Found], int]]:
    """What is kept together, with the number of its files: many notes, then each file of another format, which may take a minute."""
    notes = [file for file in work if not file.stamp]

    def batches() -> Iterator[tuple[tuple[list[_Found], int], Batch]]:
        for start in range(0, len(notes), _NOTES_PER_BATCH):
            files = notes[start : start + _NOTES_PER_BATCH]
            found = look(files)
            texts = [(one.raw.path, one.raw.text) for one in found if not one.is_as_known]
            yield (found, len(files)), texts

    for (found, count), rows in rows_beside(batches(), embedder, len(notes)):
        made = iter(rows)
        yield [one if one.is_as_known else replace(one, rows=next(made)) for one in found], count
    for file in work:
        if file.stamp:
            yield [_extracted(one, look.vault, catalog, embedder) for one in look([file])], 1


def _extracted(found: _Found, vault: Vault, catalog: Catalog, embedder: Embedder) -> _Found:
    """A file that is no Markdown, with its rows, unless it is as it was."""
    if found.is_as_known:
        return found
    file, raw = found.file, found.raw
    content = known_extract(catalog, raw.fingerprint, file.stamp)
    try:
        extract = unpack(content) if content is not None else vault.extract(raw)
    except NoteUnreadable as error:
        return replace(found, reason=str(error), is_refused=isinstance(error, FileRefused))
    note = note_of_extract(raw.path, extract)
    rows = rows_of(note, split_passages(note, embedder.count_tokens), told_beside(note))
    return replace(found, rows=rows, content=b"" if content is not None else pack(extract))


def _still_unread(todo: Plan, unread: Collection[str]) -> int:
    """How many of the files that could not be read are what they were."""
    return len(set(unread) - {file.path for file in todo.suspects} - set(todo.missing))


def _keep(one: _Found, writer: CatalogWriter, tally: Tally, *, is_known: bool, was: str) -> set[str]:
    """Put what was made into the catalog, within a batch; `was` is the path before, where it was renamed.

    See `mark_pending` for the names that are returned.
    """
    if one.reason:
        tally.unreadable.append((one.path, one.reason))
    if one.reason and not one.is_refused:
        return set()  # it keeps its last state, and is tried again
    writer.files.forget(one.path)
    if one.reason:
        writer.files.put_unread(one.file, one.raw, one.reason)
        return writer.remove_note(one.path)
    if one.rows is None:
        writer.touch(one.raw)
        tally.unchanged += 1
        return set()
    if one.content:
        writer.files.put_extract(one.raw.fingerprint, one.file.stamp, one.content)
    names = writer.put_note(one.rows, one.raw, one.file.stamp, was)
    tally.notes.append(one.path)
    tally.changed += is_known
    tally.renamed += bool(was)
    if not (is_known or was):
        tally.added += 1
        tally.new.append(one.path)
    return names


def _read(vault: Vault, file: NoteFile, tally: Tally) -> RawNote | None:
    now = time.time_ns()
    try:
        raw = vault.look(file.path)
    except FileRefused:  # too large to be looked at, which is told where it is to be read
        return RawNote(file.path, "", "", False, "", file.size, file.mtime_ns, file.ctime_ns, file.inode)
    except NoteUnreadable as error:
        tally.unreadable.append((file.path, str(error)))
        return None
    return replace(raw, mtime_ns=trusted_mtime(raw.mtime_ns, now))


def _without_hidden(todo: Plan, vault: Vault, tally: Tally) -> Plan:
    """Notes in a folder that cannot be opened are not gone; they keep their last state and are reported."""
    reasons: dict[Path, str | None] = {}
    hidden = {
        path: reason
        for path in todo.missing
        if (reason := _why_hidden(vault.root, Path(path).parent, reasons))
    }
    tally.unreadable.extend((path, f"Can't access {path}: {reason}.") for path, reason in hidden.items())
    return replace(todo, missing=tuple(path for path in todo.missing if path not in hidden))


def _why_hidden(root: Path, folder: Path, reasons: dict[Path, str | None]) -> str | None:
    """Why `folder`, relative to the vault, or one above it cannot be listed; None when it can, or does not exist."""
    if folder not in reasons:
        reason = _why_hidden(root, folder.parent, reasons) if folder.parts else None
        try:
            if reason is None:
                with os.scandir(root / folder):
                    pass
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                reason = f"{folder.as_posix()}: {error.strerror}"
        reasons[folder] = reason
    return reasons[folder]


def _empty(vault: Vault, known: int) -> str:
    if known:
        return (
            f"{vault.root} has no notes any more, but {known} are indexed, so nothing was changed. Is a drive or a "
            "synced folder missing? If you did remove them, run: kb index --accept-removals"
        )
    return f"{vault.root} has no Markdown notes (*.md). Name the folder of your notes with --vault, or in kb.toml."


def differs_from(vault: Vault, note: StoredNote | StoredUnread) -> bool:
    """Whether the file of `note` holds something else than was indexed; one that cannot be read keeps its last state."""
    try:
        return vault.look(note.path).fingerprint != note.fingerprint
    except KbError:
        return False
