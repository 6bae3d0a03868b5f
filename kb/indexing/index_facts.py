"""What is told of an index: counts, size, dates, and how far it and a shared one are one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.files.size import size_of_folder
from kb.indexing.shared.ledger import standing
from kb.indexing.sync import LAST_SYNC

if TYPE_CHECKING:
    from kb.indexing.catalog import Catalog
    from kb.indexing.embedder import Embedder
    from kb.indexing.shared.exchange import SharedVectors
    from kb.indexing.stored import Statistics


class IndexFacts:
    """The part of an Index that reads and changes nothing."""

    folder: Path
    _shared: SharedVectors | None = None

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
