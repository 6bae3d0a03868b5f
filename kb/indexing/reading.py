"""The first part of a sync: what changed among the notes is read into the catalog."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from kb.errors import KbError, NoteUnreadable, VaultEmpty
from kb.indexing.catalog import Catalog
from kb.indexing.catalog_writer import CatalogWriter
from kb.indexing.embedder import Embedder
from kb.indexing.pending_work import mark_pending
from kb.indexing.plan import Plan, looks_lost, plan, trusted_mtime
from kb.indexing.stored import StoredNote
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages
from kb.notes.vault import NoteFile, RawNote, Vault

_NOTES_PER_BATCH = 100


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
    known = {note.path: note for note in catalog.notes()}
    files = vault.scan()
    if not files and not accept_removals:
        raise VaultEmpty(_empty(vault, len(known)))
    todo = _without_hidden(plan(files, known), vault, tally)
    tally.unchanged = todo.unchanged
    if todo.is_empty:
        return tally
    # A missing note whose content turns up under a new path was renamed, not deleted.
    lost = {known[path].fingerprint: path for path in todo.missing}
    read = {file.path: _read(vault, file, tally) for file in todo.new} if lost else {}
    renamed = {path for path, raw in read.items() if raw is not None and raw.fingerprint in lost}
    found = {raw.fingerprint for raw in read.values() if raw is not None}
    gone = sum(known[path].fingerprint not in found for path in todo.missing)
    if looks_lost(gone, len(known)) and not accept_removals:
        raise VaultEmpty(
            f"{gone} of {len(known)} notes are gone from {vault.root}, so nothing was changed. Is a drive or a synced "
            "folder missing? If you did remove them, run: kb index --accept-removals"
        )
    work = [*todo.new, *todo.suspects]
    for start in range(0, len(work), _NOTES_PER_BATCH):
        progress(start, len(work))
        with writer.batch():
            for file in work[start : start + _NOTES_PER_BATCH]:
                raw = read.pop(file.path) if file.path in read else _read(vault, file, tally)
                if raw is None:
                    continue
                if _store(raw, known.get(file.path), writer, embedder):
                    tally.notes.append(file.path)
                    tally.changed += file.path in known
                    tally.renamed += file.path in renamed
                    if file.path not in known and file.path not in renamed:
                        tally.added += 1
                        tally.new.append(file.path)
                else:
                    tally.unchanged += 1
    with writer.batch():
        for path in todo.missing:
            writer.remove_note(path)
        if todo.missing:
            mark_pending(writer, all_links=True)
    tally.removed = gone
    return tally


def _store(raw: RawNote, known: StoredNote | None, writer: CatalogWriter, embedder: Embedder) -> bool:
    if known is not None and known.fingerprint == raw.fingerprint:
        # Sync tools touch files without changing them.
        writer.touch(raw)
        return False
    note = parse_note(raw.path, raw.text)
    names_changed = writer.put_note(note, split_passages(note, embedder.count_tokens), raw)
    mark_pending(writer, all_links=names_changed)
    return True


def _read(vault: Vault, file: NoteFile, tally: Tally) -> RawNote | None:
    now = time.time_ns()
    try:
        raw = vault.read(file.path)
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


def differs_from(vault: Vault, note: StoredNote) -> bool:
    """Whether the file of `note` holds something else than was indexed; one that cannot be read keeps its last state."""
    try:
        return vault.read(note.path).fingerprint != note.fingerprint
    except KbError:
        return False
