"""`base.upkeep`: in what state the index is, and what keeps it small and whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.indexing.catalog import Catalog
    from kb.indexing.diagnosis import Finding
    from kb.indexing.index import Index
    from kb.notes.vault import Vault


class Upkeep:
    """Looks after the index of a knowledge base, and tells what in the notes may want mending."""

    def __init__(self, index: Index, vault: Vault, catalog: Callable[[], Catalog]) -> None:
        self._index = index
        self._vault = vault
        self._catalog = catalog

    def last_sync(self) -> str | None:
        """When the index was last brought in step: ISO 8601, in UTC."""
        return self._index.last_sync()

    def writer(self) -> str:
        """Which other process is writing the index, as a phrase; empty for none."""
        return self._index.writer()

    def notes_behind(self) -> int:
        """How many notes differ from what is indexed, by the look of their files."""
        from kb.indexing.staleness import count_stale_notes

        return count_stale_notes(self._catalog(), self._vault)

    def purge(self) -> int:
        """Drop all that the index keeps of deleted passages; returns the bytes won."""
        return self._index.purge()

    def diagnose(self) -> list[Finding]:
        """What in the vault may want mending."""
        from kb.indexing.diagnosis import diagnose

        return [*diagnose(self._catalog(), self._vault), *self._index.shared_findings()]
