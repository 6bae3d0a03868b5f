"""Brings the index in step with the notes: read what changed, then embed, then tell Chroma.

Every step is kept as soon as it is finished, so that an interrupted run loses nothing and the next one goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kb.errors import NoteUnreadable, VaultEmpty
from kb.indexing.catalog import Catalog
from kb.indexing.embedder import FEW, Embedder
from kb.indexing.ledger import Ledger
from kb.indexing.plan import looks_lost, plan
from kb.indexing.vectors import ChromaIndex
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages
from kb.notes.resolve import LinkResolver
from kb.notes.vault import NoteFile, RawNote, Vault

_NOTES_PER_BATCH = 100
# Set together with the first change of a note and cleared when links, garbage and deleted words are seen to, so that
# a run that was killed in between is made good by the next.
_UNSETTLED = "unsettled"
_PASSAGES_PER_BATCH = 256


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is."""

    step: str
    done: int
    total: int
    rate: float | None = None  # passages per second, while embedding


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did."""

    added: int
    changed: int
    renamed: int
    removed: int
    unchanged: int
    embedded: int  # passages
    unreadable: tuple[tuple[str, str], ...]  # (path, reason); these keep their last indexed state
    seconds: float


Report = Callable[[SyncProgress], None]


@dataclass(slots=True)
class _Tally:
    added: int = 0
    changed: int = 0
    renamed: int = 0
    removed: int = 0
    unchanged: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def sync(
    vault: Vault,
    ledger: Ledger,
    catalog: Catalog,
    chroma: ChromaIndex,
    embedder: Embedder,
    report: Report,
    *,
    accept_removals: bool = False,
) -> SyncReport:
    """Bring the index in step with `vault`.

    Raises VaultEmpty, and changes nothing, when the vault holds no note, or when more than half of the known notes
    are gone and `accept_removals` is not set.
    """
    start = time.perf_counter()
    tally = _Tally()
    ledger.adopt(embedder.name)
    _read_changes(vault, ledger, catalog, embedder, report, tally, accept_removals)
    if catalog.meta(_UNSETTLED) == "yes":
        with ledger.batch():
            ledger.resolve_links(LinkResolver(catalog.names(), vault.attachments()))
            ledger.collect_garbage()
            ledger.erase_deleted_words()
            ledger.set_meta(_UNSETTLED, "no")
    embedded = _embed_pending(ledger, embedder, report)
    if not chroma.is_current(ledger):
        chroma.update(
            ledger, lambda done, total: report(SyncProgress("Filling the vector index", done, total))
        )
    return SyncReport(
        added=tally.added,
        changed=tally.changed,
        renamed=tally.renamed,
        removed=tally.removed,
        unchanged=tally.unchanged,
        embedded=embedded,
        unreadable=tuple(tally.unreadable),
        seconds=time.perf_counter() - start,
    )


def _read_changes(
    vault: Vault,
    ledger: Ledger,
    catalog: Catalog,
    embedder: Embedder,
    report: Report,
    tally: _Tally,
    accept_removals: bool,
) -> None:
    """Read new and changed notes, forget missing ones."""
    known = {note.path: note for note in catalog.notes()}
    files = vault.scan()
    if not files and not accept_removals:
        raise VaultEmpty(_empty(vault, len(known)))
    todo = plan(files, known)
    tally.unchanged = todo.unchanged
    if todo.is_empty:
        return
    # A missing note whose content turns up under a new path was renamed, not deleted.
    lost = {known[path].fingerprint: path for path in todo.missing}
    fresh = _read_all(vault, todo.new, tally) if lost else []
    renamed = {raw.path: lost[raw.fingerprint] for raw in fresh if raw.fingerprint in lost}
    gone = len(todo.missing) - len(set(renamed.values()))
    if looks_lost(gone, len(known)) and not accept_removals:
        raise VaultEmpty(
            f"{gone} of {len(known)} notes are gone from {vault.root}, so nothing was changed. Is a drive or a synced "
            "folder missing? If you did remove them, run: kb index --accept-removals"
        )
    by_path = {raw.path: raw for raw in fresh}
    work = [*todo.new, *todo.suspects]
    for start in range(0, len(work), _NOTES_PER_BATCH):
        report(SyncProgress("Reading notes", start, len(work)))
        with ledger.batch():
            for file in work[start : start + _NOTES_PER_BATCH]:
                raw = by_path.get(file.path) or _read(vault, file, tally)
                if raw is None:
                    continue
                if file.path in known and known[file.path].fingerprint == raw.fingerprint:
                    # Sync tools touch files without changing them.
                    ledger.touch(file)
                    tally.unchanged += 1
                    continue
                note = parse_note(raw.path, raw.text)
                ledger.set_meta(_UNSETTLED, "yes")
                ledger.put_note(note, split_passages(note, embedder.count_tokens), raw)
                if file.path in known:
                    tally.changed += 1
                elif file.path in renamed:
                    tally.renamed += 1
                else:
                    tally.added += 1
    with ledger.batch():
        for path in todo.missing:
            ledger.set_meta(_UNSETTLED, "yes")
            ledger.remove_note(path)
    tally.removed = gone


def _read_all(vault: Vault, files: Sequence[NoteFile], tally: _Tally) -> list[RawNote]:
    return [raw for file in files if (raw := _read(vault, file, tally)) is not None]


def _read(vault: Vault, file: NoteFile, tally: _Tally) -> RawNote | None:
    try:
        return vault.read(file.path)
    except NoteUnreadable as error:
        tally.unreadable.append((file.path, str(error)))
        return None


def _embed_pending(ledger: Ledger, embedder: Embedder, report: Report) -> int:
    """Embed what has no vector yet; each batch is kept at once."""
    total = ledger.pending_count()
    start = time.perf_counter()
    done = 0
    while rows := ledger.pending(_PASSAGES_PER_BATCH):
        rate = done / (time.perf_counter() - start) if done else None
        report(SyncProgress("Embedding passages", done, total, rate))
        vectors = embedder.embed_passages([text for _, text in rows], many=total > FEW)
        with ledger.batch():
            ledger.put_vectors([key for key, _ in rows], vectors, embedder.name)
        done += len(rows)
    return done


def _empty(vault: Vault, known: int) -> str:
    if known:
        return (
            f"{vault.root} holds no note any more, though {known} are indexed, so nothing was changed. Is a drive or a "
            "synced folder missing? If you did remove them, run: kb index --accept-removals"
        )
    return f"{vault.root} holds no Markdown note (*.md). Name the folder of your notes with --vault, or in kb.toml."
