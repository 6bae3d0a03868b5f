"""What this machine knows to be on the shelf, kept in the catalog beside its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from kb.indexing.catalog import Catalog
from kb.indexing.catalog_writer import CatalogWriter

_TABLE = "CREATE TABLE IF NOT EXISTS shared (key TEXT PRIMARY KEY) WITHOUT ROWID"
_SHELF, _SEEN, _TROUBLE, _TRIED = "shared_shelf", "shared_seen", "shared_trouble", "shared_tried"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far this machine and the shelf are one, as far as this machine knows. Nothing is asked."""

    shared: int  # vectors that are here and there
    here_only: int  # vectors to be handed over
    seen: str  # when the server last answered: ISO 8601, in UTC; empty for never
    trouble: str  # why it could not be used the last time; empty for nothing


class Ledger:
    """Write access, within the batches of the CatalogWriter. Void as soon as the shelf is another one."""

    def __init__(self, writer: CatalogWriter, model: str) -> None:
        self._writer = writer
        self.model = model
        with writer.batch():
            writer.connection.execute(_TABLE)

    def adopt(self, shelf: str) -> None:
        """Go on with the shelf of this id; of another one nothing is known."""
        with self._writer.batch():
            if self._meta(_SHELF) != shelf:
                self._writer.connection.execute("DELETE FROM shared")
                self._writer.set_meta(_SHELF, shelf)
            self._writer.connection.execute(
                "DELETE FROM shared WHERE key NOT IN (SELECT key FROM vectors WHERE model = ?)", [self.model]
            )
            self._writer.set_meta(_SEEN, datetime.now(UTC).isoformat(timespec="seconds"))
            self._writer.set_meta(_TROUBLE, "")

    def void(self) -> None:
        """Believe nothing of the shelf any more."""
        with self._writer.batch():
            self._writer.connection.execute("DELETE FROM shared")

    def add(self, keys: Sequence[str]) -> None:
        """These are on the shelf. Within a batch."""
        self._writer.connection.executemany(
            "INSERT OR IGNORE INTO shared VALUES (?)", ((key,) for key in keys)
        )

    def here_only(self) -> list[str]:
        """Keys of vectors that passages have and that are not known to be on the shelf."""
        query = (
            "SELECT DISTINCT key FROM vectors WHERE model = ? AND key NOT IN (SELECT key FROM shared) "
            "AND key IN (SELECT key FROM passages) AND key NOT IN (SELECT key FROM pending)"
        )
        return [row[0] for row in self._writer.connection.execute(query, [self.model])]

    def some(self, count: int) -> list[str]:
        """Keys that should be on the shelf, at random."""
        query = "SELECT key FROM shared ORDER BY random() LIMIT ?"
        return [row[0] for row in self._writer.connection.execute(query, [count])]

    def vectors(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The float16 vectors of `keys`."""
        marks = ",".join("?" * len(keys))
        query = f"SELECT key, vector FROM vectors WHERE model = ? AND key IN ({marks})"
        return dict(self._writer.connection.execute(query, [self.model, *keys]).fetchall())

    def failed(self, trouble: str) -> None:
        """The shelf could not be used."""
        with self._writer.batch():
            self._writer.set_meta(_TROUBLE, trouble)
            self._writer.set_meta(_TRIED, datetime.now(UTC).isoformat(timespec="seconds"))

    def failed_within(self, seconds: float) -> str:
        """What was wrong when it was tried less than `seconds` ago; empty for nothing."""
        trouble, tried = self._meta(_TROUBLE), self._meta(_TRIED)
        if not trouble or not tried:
            return ""
        with suppress(ValueError):
            since = (datetime.now(UTC) - datetime.fromisoformat(tried)).total_seconds()
            return trouble if 0 <= since < seconds else ""
        return ""

    def _meta(self, name: str) -> str:
        row = self._writer.connection.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return row[0] if row else ""


def standing(catalog: Catalog, model: str) -> Standing:
    """What the catalog says of the shelf."""
    known = next(catalog.rows("SELECT count(*) FROM sqlite_master WHERE name = 'shared'"))[0]
    total = next(catalog.rows("SELECT count(*) FROM vectors WHERE model = ?", [model]))[0]
    of_them = "SELECT count(*) FROM vectors WHERE model = ? AND key IN (SELECT key FROM shared)"
    shared = next(catalog.rows(of_them, [model]))[0] if known else 0
    return Standing(shared, total - shared, catalog.meta(_SEEN) or "", catalog.meta(_TROUBLE) or "")
