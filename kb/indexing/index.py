"""The index as the rest of kb sees it: bring it in step, read it, search its vectors."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.errors import IndexDamaged, IndexIncompatible
from kb.indexing.catalog import Catalog, Statistics
from kb.indexing.embedder import Embedder
from kb.indexing.ledger import Ledger
from kb.indexing.lock import WriteLock
from kb.indexing.schema import set_aside
from kb.indexing.sync import Report, SyncReport, sync
from kb.indexing.vectors import ChromaIndex
from kb.notes.vault import Vault

Vector = NDArray[np.float32]


class Index:
    """The index of a vault in a folder. Opening it costs nothing; parts are opened when they are used."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.folder = folder
        self._embedder = embedder
        self._lock = WriteLock(folder)
        self._chroma = ChromaIndex(folder, embedder.name)

    @cached_property
    def catalog(self) -> Catalog:
        """Read access. Raises IndexMissing before the first sync, IndexIncompatible when made by another model."""
        catalog = Catalog(self.folder)
        made_by = catalog.meta("embedding_model")
        if made_by != self._embedder.name:
            catalog.close()
            raise IndexIncompatible(
                f"The index at {self.folder} was made with the embedding model {made_by}, but {self._embedder.name} is "
                "set. Run kb index to embed the notes again, or restore embedding.model in kb.toml."
            )
        return catalog

    def sync(self, vault: Vault, report: Report, *, accept_removals: bool = False) -> SyncReport:
        """Bring the index in step with `vault`; a damaged catalog is set aside and made anew.

        Raises IndexLocked when another process is writing, VaultEmpty, DiskFull.
        """
        self._lock.acquire()
        try:
            try:
                return self._sync(vault, report, accept_removals)
            except IndexDamaged:
                self._forget_reader()
                set_aside(self.folder)
                self._chroma.discard()
                return self._sync(vault, report, accept_removals)
        finally:
            self._forget_vectors()
            self._lock.release()

    def dense(self, vector: Vector, n: int) -> list[tuple[str, float]]:
        """The `n` passages nearest to `vector`: (key, cosine similarity), best first.

        Asks Chroma where this process holds it open; else compares with every vector of the catalog, which is exact
        and, for a single query, faster than loading Chroma (0.6 s to import).
        """
        if self._chroma.is_open:
            return self._chroma.query(vector, n)
        keys, matrix = self._matrix
        if not keys:
            return []
        similarities = matrix @ vector
        n = min(n, len(keys))
        best = np.argpartition(-similarities, n - 1)[:n]
        return [
            (keys[row], float(similarities[row]))
            for row in best[np.argsort(-similarities[best], kind="stable")]
        ]

    def statistics(self) -> Statistics:
        """Counts of everything."""
        return self.catalog.statistics()

    def size_in_bytes(self) -> int:
        """What the index takes on disk."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())

    def close(self) -> None:
        """Let go of all files."""
        self._forget_reader()
        self._chroma.close()
        self._lock.release()

    def _sync(self, vault: Vault, report: Report, accept_removals: bool) -> SyncReport:
        ledger = Ledger(self.folder)
        try:
            catalog = Catalog(self.folder, ledger.connection)
            return sync(
                vault, ledger, catalog, self._chroma, self._embedder, report, accept_removals=accept_removals
            )
        finally:
            self._chroma.close()
            ledger.close()

    @cached_property
    def _matrix(self) -> tuple[list[str], Vector]:
        return self.catalog.vectors(self._embedder.name)

    def _forget_vectors(self) -> None:
        self.__dict__.pop("_matrix", None)

    def _forget_reader(self) -> None:
        self._forget_vectors()
        catalog = self.__dict__.pop("catalog", None)
        if catalog is not None:
            catalog.close()
