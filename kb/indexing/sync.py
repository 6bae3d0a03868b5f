"""Brings the index in step with the notes: read what changed, embed it, tell Chroma, look links up, tidy.

Every step is kept as soon as it is finished, so that an interrupted run loses nothing and the next one goes on. What
makes a note findable comes first; links and tidying, whose cost grows with the vault, come last.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kb.indexing.catalog import DAY_PATTERNS, Catalog
from kb.indexing.catalog_writer import CatalogWriter
from kb.indexing.embedder import FEW, Embedder
from kb.indexing.pending_work import resolve_pending_links, tidy
from kb.indexing.reading import read_changes
from kb.indexing.schema import LAST_SYNC
from kb.indexing.vectors import ChromaIndex
from kb.notes.day_patterns import set_patterns
from kb.notes.vault import Vault

if TYPE_CHECKING:
    from kb.indexing.shared.exchange import Exchanged, SharedVectors


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
    pending: int  # passages left to embed, when something more urgent came up
    unreadable: tuple[tuple[str, str], ...]  # (path, reason); these keep their last indexed state
    notes: tuple[str, ...]  # paths of added, changed and renamed notes
    new: tuple[str, ...]  # paths of added notes
    seconds: float
    fetched: int = 0  # vectors that another machine had made
    handed_over: int = 0  # vectors that this machine had made while the server of the shared index was away
    shared_trouble: str = ""  # why the shared index was not used, or not to the end
    held_up: bool = False  # passages are left until somebody mends what `shared_trouble` tells
    repaired: str = ""  # a sentence, when the index is another file now: it was damaged, or of another model

    @property
    def changes(self) -> int:
        """How many notes differ from before."""
        return self.added + self.changed + self.renamed + self.removed


Report = Callable[[SyncProgress], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a sync works on."""

    writer: CatalogWriter
    catalog: Catalog
    chroma: ChromaIndex
    embedder: Embedder
    shared: SharedVectors | None = None


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How a sync goes about it."""

    accept_removals: bool = False  # go on although most notes are gone
    tidy: bool = True  # a watcher tidies when nothing else is to do
    strict: bool = False  # raise where the shared index refuses, rather than go on without it
    workers: str = ""  # address of the Dask scheduler whose workers embed; empty for this machine alone
    # A few notes were changed: Chroma, which takes a second to load, may follow later, and passages of which only
    # headings changed are embedded later.
    brief: bool = False
    interrupted: Callable[[], bool] = lambda: False  # asked between batches: does something more urgent wait?


def sync(vault: Vault, parts: Parts, report: Report, options: SyncOptions) -> SyncReport:
    """Bring the index in step with `vault`.

    Raises VaultEmpty, and changes nothing, when the vault holds no note, or when more than half of the known notes
    are gone and removals are not accepted.
    """
    start = time.perf_counter()
    writer, catalog = parts.writer, parts.catalog
    writer.adopt(parts.embedder.name, parts.embedder.source)
    tally = read_changes(
        vault,
        writer,
        catalog,
        parts.embedder,
        lambda done, total: report(SyncProgress("Reading notes", done, total)),
        accept_removals=options.accept_removals,
    )
    # Embedding a large vault takes minutes; its links are wanted meanwhile.
    many = writer.vectors.pending_count() > FEW
    if many:
        resolve_pending_links(writer, catalog, vault)
    with _embedder(parts.embedder, options.workers) as embedder:
        done = _embed_pending(replace(parts, embedder=embedder), report, options)
    _fill_chroma(parts, report, may_wait=options.brief)
    if not many:
        resolve_pending_links(writer, catalog, vault)
    if options.tidy:
        tidy_up(parts, may_wait=options.brief)
    changed = SyncReport(
        added=tally.added,
        changed=tally.changed,
        renamed=tally.renamed,
        removed=tally.removed,
        unchanged=tally.unchanged,
        embedded=done.embedded,
        fetched=done.fetched,
        handed_over=done.handed_over,
        shared_trouble=done.trouble,
        held_up=done.refused,
        pending=writer.vectors.pending_count(),
        unreadable=tuple(tally.unreadable),
        notes=tuple(tally.notes),
        new=tuple(tally.new),
        seconds=0.0,
    )
    patterns = [one.pattern for one in set_patterns(vault.root)]
    with writer.batch():
        writer.set_meta(DAY_PATTERNS, json.dumps(patterns, allow_nan=False))
        writer.set_meta(LAST_SYNC, datetime.now(UTC).isoformat(timespec="seconds"))
    return replace(changed, seconds=time.perf_counter() - start)


def _embedder(embedder: Embedder, workers: str) -> AbstractContextManager[Embedder]:
    if not workers:
        return nullcontext(embedder)
    from kb.indexing.workers import embedding_on  # few have a cluster

    return embedding_on(workers, embedder)


def tidy_up(parts: Parts, *, may_wait: bool = False) -> None:
    """Let nothing of deleted passages remain, in the catalog or in Chroma."""
    tidy(parts.writer, parts.catalog)
    _fill_chroma(parts, lambda _: None, may_wait=may_wait)


def _embed_pending(parts: Parts, report: Report, options: SyncOptions) -> Exchanged:
    """Embed what has no vector yet; each batch is kept at once."""
    from kb.indexing.shared.exchange import Exchanged, Manner  # no search waits for it

    done = Exchanged()
    if parts.shared is not None:
        many = parts.writer.vectors.pending_count() > FEW
        done = parts.shared.embed_pending(
            parts.writer,
            parts.embedder,
            lambda texts: parts.embedder.embed_passages(texts, many=many),
            lambda step, count, total, rate: report(SyncProgress(step, count, total, rate)),
            Manner(options.brief, options.strict, options.interrupted),
        )
        if not done.trouble or (done.refused and parts.writer.vectors.pending_count() > FEW):
            return done
    done.embedded += _embed_alone(parts, report, options.interrupted, brief=options.brief)
    return done


def _embed_alone(parts: Parts, report: Report, interrupted: Callable[[], bool], *, brief: bool) -> int:
    keys = parts.writer.vectors.pending_keys(lent=not brief)
    start = time.perf_counter()
    done = 0
    size = parts.embedder.passages_per_batch
    for first in range(0, len(keys), size):
        if done and interrupted():
            break
        rate = done / (time.perf_counter() - start) if done else None
        report(SyncProgress("Embedding passages", done, len(keys), rate))
        rows = parts.writer.vectors.pending(keys[first : first + size])
        vectors = parts.embedder.embed_passages([text for _, text in rows], many=len(keys) > FEW)
        with parts.writer.batch():
            parts.writer.vectors.put([key for key, _ in rows], vectors, parts.embedder.name)
        done += len(rows)
    return done


def _fill_chroma(parts: Parts, report: Report, *, may_wait: bool = False) -> None:
    if parts.chroma.is_current(parts.writer) or (may_wait and parts.chroma.lags_little(parts.writer)):
        return
    parts.chroma.update(
        parts.writer, lambda done, total: report(SyncProgress("Filling the vector index", done, total))
    )
