"""What is told of an index: counts, size, dates, and how far it and a shared one are one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.files.size import size_of_folder
from kb.indexing.schema import LAST_SYNC

if TYPE_CHECKING:
    from kb.indexing.catalog import Catalog
    from kb.indexing.diagnosis import Finding
    from kb.indexing.embedder import Embedder
    from kb.indexing.index_reader import IndexReader, Vector
    from kb.indexing.lock import WriteLock
    from kb.indexing.shared.exchange import SharedVectors
    from kb.indexing.stored import Statistics
    from kb.indexing.vectors import ChromaIndex


class IndexFacts:
    """The part of an Index that reads and changes nothing."""

    folder: Path
    _shared: SharedVectors | None = None
    _embedder: Embedder
    _chroma: ChromaIndex
    _reader: IndexReader
    _lock: WriteLock

    @property
    def catalog(self) -> Catalog:
        """Read access."""
        raise NotImplementedError

    @property
    def embedder(self) -> Embedder:
        """The model that queries are to be embedded with."""
        raise NotImplementedError

    def statistics(self) -> Statistics:
        """Counts of everything."""
        return self.catalog.statistics()

    def describe(self) -> dict[str, Any]:
        """What is indexed, in the documented form of `kb status --json`."""
        counts = self.statistics()
        described = {
            "notes": counts.notes,
            "passages": counts.passages,
            "links": counts.links,
            "links_resolved": counts.links_resolved,
            "pending": counts.pending,
            "embedding_model": self.embedder.name,
            "index_bytes": self.size_in_bytes(),
        }
        if self._shared is not None:
            from kb.indexing.shared.ledger import standing

            # As far as this machine knows: its server is not asked.
            known = asdict(standing(self.catalog, self.embedder.name))
            described["shared_index"] = self._shared.place.as_json() | known
        return described

    def size_in_bytes(self) -> int:
        """What the index takes on disk."""
        return size_of_folder(self.folder)

    def last_sync(self) -> str | None:
        """When the index was last brought in step: ISO 8601, in UTC."""
        return self.catalog.meta(LAST_SYNC)

    def dense(self, vector: Vector, n: int) -> list[tuple[str, float]]:
        """The `n` passages nearest to `vector`: (key, cosine similarity), best first.

        Asks Chroma where this process holds it open; else compares with every vector of the catalog, which is exact
        and, for a single query, faster than loading Chroma (0.6 s to import).
        """
        if self._chroma.is_open and self.embedder is self._embedder:
            return self._chroma.query(vector, n)
        _ = self.catalog
        return self._reader.nearest(vector, n)

    def shared_findings(self) -> list[Finding]:
        """What is wrong with the shared index; nothing where none is set. Asks its server."""
        from kb.indexing.diagnosis import Finding
        from kb.indexing.shared.health import shared_troubles

        if self._shared is None:
            return []
        troubles = shared_troubles(self._shared, self.catalog, self.embedder)
        return [Finding("shared index", self._shared.place.shown, 0, trouble) for trouble in troubles]

    def writer(self) -> str:
        """Who is writing the index at this moment, as a phrase; empty for nobody."""
        return self._lock.owner()
