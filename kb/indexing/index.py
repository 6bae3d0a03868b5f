"""The index as the rest of kb sees it: bring it in step, read it, search its vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import IndexDamaged, IndexIncompatible, IndexOutdated, KbError
from kb.indexing.catalog import VECTORS_VERSION, Catalog
from kb.indexing.embedder import Embedder
from kb.indexing.ledger import Ledger
from kb.indexing.lock import WriteLock
from kb.indexing.schema import FILE_NAME as CATALOG_FILE
from kb.indexing.schema import bound, holds_tables_only, remove_catalog, replace_catalog, set_aside
from kb.indexing.seal import Seal
from kb.indexing.settle import owe
from kb.indexing.stored import Statistics, StoredNote
from kb.indexing.sync import LAST_SYNC, Parts, Report, SyncOptions, SyncProgress, SyncReport, sync, tidy_up
from kb.indexing.vectors import ChromaIndex
from kb.indexing.verification import Difference, compare_chroma, compare_notes
from kb.notes.vault import Vault

Vector = NDArray[np.float32]
_BLOCK = 64  # similarities whose largest is looked at first
_ASIDE = "next"  # where an index with another embedding model is made


class Index:
    """The index of a vault in a folder. Opening it costs nothing; parts are opened when they are used.

    Reading and writing may go on in two threads, each for itself. `heal` is called by the first reading of an index that
    is damaged or was made elsewhere, and is to `sync` it.
    """

    def __init__(self, folder: Path, embedder: Embedder, heal: Callable[[Index], None] | None = None) -> None:
        self.folder = folder
        self._embedder = embedder
        self._heal = heal
        self._lock = WriteLock(folder)
        self._seal = Seal(folder)
        self._chroma = ChromaIndex(folder, embedder.name, self._seal)
        self._is_ours = (
            False  # what is there may be sealed: it held its seal when it was opened, or was made since
        )
        self._repaired = ""
        self._rechecked = 0  # how many notes, of those in order
        self._ledger: Ledger | None = None
        self._vectors: tuple[str | None, list[str], Vector] | None = None
        self._reads_with = embedder

    @cached_property
    def catalog(self) -> Catalog:
        """Read access.

        Raises IndexMissing before the first sync, IndexIncompatible when the model that made it is gone, IndexDamaged
        when it is not as this machine's kb left it and nothing heals it.
        """
        if not self._is_trusted():
            if self._heal is None:
                raise IndexDamaged(f"{_not_ours(self.folder)} Run: kb index")
            self._heal(self)
        catalog = Catalog(self.folder)
        made_by = catalog.meta("embedding_model")
        if made_by == self._embedder.name:
            self._reads_with = self._embedder
            return catalog
        before = _opened(catalog.meta("embedding_source"))
        if before is None or before.name != made_by:
            catalog.close()
            raise IndexIncompatible(
                f"The index at {self.folder} was made with the embedding model {made_by}, but {self._embedder.name} is "
                "set. Run kb index to embed the notes again, or restore embedding.model in kb.toml."
            )
        self._reads_with = before
        return catalog

    @property
    def embedder(self) -> Embedder:
        """The model that queries are to be embedded with: until another one has embedded all notes, that before it."""
        with suppress(KbError):
            _ = self.catalog
        return self._reads_with

    def hold(self, purpose: str) -> None:
        """Keep the write lock and all files open between syncs, until `let_go`. Raises IndexLocked."""
        self._lock.acquire(purpose)

    def let_go(self) -> None:
        """Close what was written to, and let other processes write."""
        self._close_parts()
        if self._lock.held and self._is_ours:
            self._seal.write(thorough=True)
        self._is_ours = False
        self._lock.release()

    def beat(self) -> None:
        """Show other processes that this one, which holds the lock, is alive."""
        self._lock.beat()

    def sync(self, vault: Vault, report: Report, options: SyncOptions | None = None) -> SyncReport:
        """Bring the index in step with `vault`; a damaged catalog is set aside and made anew.

        Raises IndexLocked when another process is writing, VaultEmpty, DiskFull.
        """
        options = options or SyncOptions()

        def alive(progress: SyncProgress) -> None:
            self._lock.beat()
            report(progress)

        with self._writing("indexing"):
            try:
                done = self._move(vault, alive, options) or sync(vault, self._parts(), alive, options)
            except (IndexDamaged, IndexOutdated) as error:
                reason = _outdated if isinstance(error, IndexOutdated) else _not_ours
                self._begin_anew(reason(self.folder))
                done = sync(vault, self._parts(), alive, options)
            self._seal.write(thorough=False)
            repaired, self._repaired = self._repaired or done.repaired, ""
            return replace(done, repaired=repaired)

    def _move(self, vault: Vault, report: Report, options: SyncOptions) -> SyncReport | None:
        """Where another embedding model is set, make an index with it aside, and take it when it is whole.

        Until then searches go on with the model before. An interrupted move is gone on with by the next sync.
        """
        made_by = self._parts().catalog.meta("embedding_model")
        if made_by in (None, self._embedder.name):
            return None
        aside = Index(self.folder / _ASIDE, self._embedder)
        try:
            done = aside.sync(vault, report, options)
        finally:
            aside.close()
        if done.pending:
            return done
        self._close_parts()
        self.forget_reader()
        self._chroma.discard()
        replace_catalog(self.folder, aside.folder)
        sync(vault, self._parts(), report, options)
        return replace(done, repaired=f"All notes are embedded by {self._embedder.name} now.")

    def tidy(self) -> None:
        """Do what a sync with `tidy=False` left undone."""
        with self._writing("indexing"):
            tidy_up(self._parts())

    def recheck(self, vault: Vault, count: int) -> int:
        """Compare the content of the next `count` notes with what is indexed; how many the next `sync` will read anew.

        This finds what no date tells of, as of a disk that was restored or a clock that was set back.
        """
        with self._writing("indexing"):
            parts = self._parts()
            notes = parts.catalog.notes()
            start = self._rechecked if self._rechecked < len(notes) else 0
            some = notes[start : start + count]
            self._rechecked = start + len(some)
            doubtful = [note.path for note in some if _says_something_else(vault, note)]
            if doubtful:
                with parts.ledger.batch():
                    parts.ledger.doubt(doubtful)
            return len(doubtful)

    def rebuild(self, vault: Vault, report: Report) -> SyncReport:
        """Throw the index away and make it anew. Raises what `sync` raises, but only VaultEmpty before it throws."""
        with self._writing("rebuilding"):
            if not vault.scan():
                return self.sync(vault, report)  # raises, with the reason
            self._close_parts()
            self.forget_reader()
            self._chroma.discard()
            remove_catalog(self.folder)
            self._is_ours = True
            return self.sync(vault, report)

    def purge(self) -> int:
        """Drop the vectors of deleted passages and all free space, make Chroma anew; returns the bytes won."""
        before = self.size_in_bytes()
        with self._writing("purging"):
            parts = self._parts()
            parts.ledger.purge()
            self._chroma.discard()
            tidy_up(parts)
        return before - self.size_in_bytes()

    def verify(self, vault: Vault) -> list[Difference]:
        """Where the index and the notes differ; empty when it holds just what a new one would.

        Raises IndexLocked when another process is writing, for then they differ anyway.
        """
        with self._writing("verifying"):
            held = self._ledger is not None or self._seal.holds("catalog")
            strange = [] if held else [Difference("index", "its files are not as kb left them.")]
            file = self.folder / CATALOG_FILE
            if strange and file.exists() and not holds_tables_only(file):
                return strange
            parts = self._parts(as_it_is=True)
            if strange:
                bound(parts.ledger.connection, file)
            return [
                *strange,
                *compare_notes(vault, parts.catalog, self._embedder, self.folder),
                *compare_chroma(self._chroma, parts.ledger, parts.catalog, self._embedder.name),
            ]

    def dense(self, vector: Vector, n: int) -> list[tuple[str, float]]:
        """The `n` passages nearest to `vector`: (key, cosine similarity), best first.

        Asks Chroma where this process holds it open; else compares with every vector of the catalog, which is exact
        and, for a single query, faster than loading Chroma (0.6 s to import).
        """
        if self._chroma.is_open and self.embedder is self._embedder:
            return self._chroma.query(vector, n)
        keys, matrix = self._all_vectors()
        if not keys:
            return []
        # As quick as a product by BLAS, whose threads would go on to keep the cores from whoever comes next.
        similarities = np.einsum("nd,d->n", matrix, vector)
        best = _largest(similarities, min(n, len(keys)))
        return [(keys[row], float(similarities[row])) for row in best]

    def statistics(self) -> Statistics:
        """Counts of everything."""
        return self.catalog.statistics()

    def describe(self) -> dict[str, Any]:
        """What is indexed, in the documented form of `kb status --json`."""
        counts = self.statistics()
        return {
            "notes": counts.notes,
            "passages": counts.passages,
            "links": counts.links,
            "links_resolved": counts.links_resolved,
            "pending": counts.pending,
            "embedding_model": self.embedder.name,
            "index_bytes": self.size_in_bytes(),
        }

    def size_in_bytes(self) -> int:
        """What the index takes on disk."""
        total = 0
        for file in self.folder.rglob("*"):
            with suppress(OSError):  # a writer may delete it meanwhile
                total += file.stat().st_size if file.is_file() else 0
        return total

    def last_sync(self) -> str | None:
        """When the index was last brought in step: ISO 8601, in UTC."""
        return self.catalog.meta(LAST_SYNC)

    def writer(self) -> str:
        """Who is writing the index at this moment, as a phrase; empty for nobody."""
        return self._lock.owner()

    def close(self) -> None:
        """Let go of all files."""
        self.forget_reader()
        self.let_go()

    def forget_reader(self) -> None:
        """Close the read access, for the file may have been replaced; the next use opens it again."""
        self._vectors = None
        self._reads_with = self._embedder
        catalog = self.__dict__.pop("catalog", None)
        if catalog is not None:
            catalog.close()

    @contextmanager
    def _writing(self, purpose: str) -> Iterator[None]:
        """Hold the lock at least this long; the outermost use closes what was opened."""
        if self._lock.held:
            yield
            return
        self._lock.acquire(purpose)
        try:
            yield
        finally:
            self.let_go()

    def _parts(self, *, as_it_is: bool = False) -> Parts:
        if self._ledger is None:
            has_catalog = (self.folder / CATALOG_FILE).exists()
            if not has_catalog:
                remove_catalog(self.folder)  # SQLite would take a log that is left for a new catalog's
            self._is_ours = not has_catalog or self._is_ours or self._seal.holds("catalog")
            if not self._is_ours and not as_it_is:
                self._begin_anew(_not_ours(self.folder))
            self._ledger = Ledger(self.folder, self._seal.key)
        catalog = Catalog(self.folder, self._ledger.connection)
        return Parts(self._ledger, catalog, self._chroma, self._embedder)

    def _begin_anew(self, reason: str) -> None:
        """Set the catalog aside and begin another, with those of its vectors that prove to be unharmed."""
        self._close_parts()
        self.forget_reader()
        aside = set_aside(self.folder)
        self._chroma.discard()
        self._is_ours = True
        self._ledger = Ledger(self.folder, self._seal.key)
        self._ledger.save_vectors(aside, self._embedder.name)
        with self._ledger.batch():
            owe(self._ledger, all_links=True)  # so that what was set aside is deleted in the end
        self._repaired = f"{reason} It was rebuilt from the notes."

    def _is_trusted(self) -> bool:
        """Whether what is there can be believed; while a process writes, it has looked before."""
        if not (self.folder / CATALOG_FILE).exists() and not self._seal.exists:
            return True  # and missing
        if self._lock.held or self._lock.owner():
            return True
        # Another process may have begun, or ended, between the two looks.
        return self._seal.holds("catalog") or bool(self._lock.owner()) or self._seal.holds("catalog")

    def _close_parts(self) -> None:
        self._chroma.close()
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            ledger.close()

    def _all_vectors(self) -> tuple[list[str], Vector]:
        version = self.catalog.meta(VECTORS_VERSION)
        if self._vectors is None or self._vectors[0] != version:
            self._vectors = (version, *self.catalog.vectors(self.embedder.name))
        return self._vectors[1:]


def _not_ours(folder: Path) -> str:
    return f"The index at {folder} was damaged, not closed properly, or made elsewhere."


def _outdated(folder: Path) -> str:
    return f"The index at {folder} was made by an older kb."


def _says_something_else(vault: Vault, note: StoredNote) -> bool:
    try:
        return vault.read(note.path).fingerprint != note.fingerprint
    except KbError:
        return False  # it keeps its last indexed state


def _opened(source: str | None) -> Embedder | None:
    """The model that `source` opens, if its files are still there."""
    if not source:
        return None
    before = Embedder(source)
    try:
        _ = before.name
    except KbError:
        return None
    return before


def _largest(values: Vector, n: int) -> NDArray[np.intp]:
    """Where the `n` largest of `values` stand, largest first."""
    blocks = len(values) // _BLOCK
    rows = np.arange(len(values))
    if n < blocks:
        # The n-th largest of the blocks' maxima is at most the n-th largest value: few are left to be sorted.
        maxima = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        rows = np.flatnonzero(values >= np.partition(maxima, blocks - n)[blocks - n])
    return rows[np.argsort(-values[rows], kind="stable")][:n]
