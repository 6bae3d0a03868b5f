"""Writing the catalog's vectors: which are missing, which are stored, and which of them Chroma holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from secrets import token_hex

import numpy as np
from numpy.typing import NDArray

from kb.indexing.catalog import VECTORS_VERSION
from kb.indexing.schema import bound, holds_tables_only
from kb.indexing.seal import vector_digest

_DROPPED = "chroma_dropped"  # "generation:count"


class VectorTable:
    """Write access to the vectors, within the batches of the CatalogWriter that owns `connection`."""

    def __init__(
        self, connection: sqlite3.Connection, key: bytes, set_meta: Callable[[str, str], None]
    ) -> None:
        """`key` is the machine's, see kb.indexing.seal."""
        self._connection = connection
        self._key = key
        self._set_meta = set_meta

    def pending_keys(self, *, lent: bool = True) -> list[str]:
        """Keys of the passages to embed, like lengths together, which makes batches fast; `lent`: those of `lend`, too."""
        which = "" if lent else "WHERE key NOT IN (SELECT key FROM vectors) "
        query = f"SELECT key FROM pending {which}ORDER BY length(embed_text), key"
        return [row[0] for row in self._run(query, [])]

    def pending(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        """(key, text to embed) of those of `keys` that still have no vector."""
        marks = ",".join("?" * len(keys))
        return list(self._run(f"SELECT key, embed_text FROM pending WHERE key IN ({marks})", keys))

    def pending_count(self) -> int:
        """How many vectors are missing."""
        return int(self._run("SELECT count(*) FROM pending", []).fetchone()[0])

    def of_note(self, path: str) -> dict[str, str]:
        """The keys of the note's passages by their text."""
        query = "SELECT text, key FROM passages WHERE note = (SELECT id FROM notes WHERE path = ?)"
        return dict(self._run(query, [path]))

    def lend(self, keys: Mapping[str, str], passages: Sequence[tuple[str, str]]) -> None:
        """Let pending `passages`, (key, text), be found by the vector that `keys` names for this text, of other headings.

        They stay pending: what is lent is replaced when they are embedded, has no digest, and is never handed on.
        """
        lent = [(key, keys[text], key) for key, text in passages if keys.get(text, key) != key]
        self._many(
            "INSERT OR IGNORE INTO vectors (key, model, vector, digest) SELECT ?, model, vector, x'' FROM vectors "
            "WHERE key = ? AND EXISTS (SELECT 1 FROM pending WHERE key = ?)",
            lent,
        )
        if lent:
            self.renew_version()

    def put(self, keys: Sequence[str], vectors: NDArray[np.float32], model: str) -> None:
        """Store vectors, shape (len(keys), d), and cross them off."""
        blobs = (row.astype(np.float16).tobytes() for row in vectors)
        self._many(
            "INSERT OR REPLACE INTO vectors (key, model, vector, digest) VALUES (?, ?, ?, ?)",
            (
                (key, model, blob, self._digest(key, model, blob))
                for key, blob in zip(keys, blobs, strict=True)
            ),
        )
        self._many("DELETE FROM pending WHERE key = ?", ((key,) for key in keys))
        self.renew_version()

    def save_from(self, damaged: Path, model: str) -> int:
        """Take over the vectors of `model` from a damaged catalog, as far as they prove to be unharmed; how many."""
        rows: list[tuple[str, str, bytes, bytes]] = []
        if not holds_tables_only(damaged):
            return 0
        with (
            suppress(sqlite3.Error, UnicodeDecodeError),
            closing(sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)) as old,
        ):
            bound(old, damaged)
            old.text_factory = bytes
            query = "SELECT key, vector, digest FROM vectors WHERE model = ?"
            for key, vector, digest in old.execute(query, (model,)):
                if not all(isinstance(value, bytes) for value in (key, vector, digest)):
                    continue
                name = key.decode("utf-8", "replace")
                if self._digest(name, model, vector) == digest:
                    rows.append((name, model, vector, digest))
        self._many("INSERT OR REPLACE INTO vectors (key, model, vector, digest) VALUES (?, ?, ?, ?)", rows)
        self.renew_version()
        return len(rows)

    def harmed(self, model: str) -> int:
        """How many vectors of `model` are not what was stored."""
        query = "SELECT key, vector, digest FROM vectors WHERE model = ? AND digest <> x''"
        rows = self._run(query, [model])
        return sum(self._digest(key, model, vector) != digest for key, vector, digest in rows)

    def _digest(self, key: str, model: str, vector: bytes) -> bytes:
        return vector_digest(
            self._key, key.encode("utf-8", "replace"), model.encode("utf-8", "replace"), vector
        )

    def unlisted(self) -> list[str]:
        """Keys that Chroma still holds though no passage has them any more."""
        return [row[0] for row in self._run("SELECT key FROM unlisted", [])]

    def dropped(self, generation: int) -> int:
        """How many vectors were deleted from Chroma's `generation` so far."""
        row = self._run("SELECT value FROM meta WHERE name = ?", [_DROPPED]).fetchone()
        of, count = row[0].split(":") if row else ("", "0")
        return int(count) if of == str(generation) else 0

    def crossed_off(self, keys: Sequence[str], generation: int) -> None:
        """Chroma's `generation` no longer holds these keys."""
        self._set_meta(_DROPPED, f"{generation}:{self.dropped(generation) + len(keys)}")
        self._many("DELETE FROM unlisted WHERE key = ?", ((key,) for key in keys))

    def not_in_generation(self, generation: int, model: str, limit: int) -> list[tuple[str, bytes]]:
        """(key, float16 vector) of vectors that Chroma's `generation` does not hold yet."""
        return list(
            self._run(
                "SELECT key, vector FROM vectors WHERE model = ? AND generation IS NOT ? LIMIT ?",
                [model, generation, limit],
            )
        )

    def in_generation(self, keys: Sequence[str], generation: int, model: str) -> None:
        """Remember that Chroma's `generation` holds these keys."""
        self._many(
            "UPDATE vectors SET generation = ? WHERE key = ? AND model = ?",
            ((generation, key, model) for key in keys),
        )

    def listed(self, generation: int, model: str) -> list[str]:
        """Keys that Chroma's `generation` should hold."""
        query = "SELECT key FROM vectors WHERE model = ? AND generation = ? UNION SELECT key FROM unlisted"
        return [row[0] for row in self._run(query, [model, generation])]

    def listed_count(self, generation: int, model: str) -> int:
        """How many vectors Chroma's `generation` should hold."""
        row = self._run(
            "SELECT (SELECT count(*) FROM vectors WHERE model = ? AND generation = ?) + (SELECT count(*) FROM unlisted)",
            [model, generation],
        ).fetchone()
        return int(row[0])

    def count(self, model: str) -> int:
        """How many vectors of `model` there are."""
        return int(self._run("SELECT count(*) FROM vectors WHERE model = ?", [model]).fetchone()[0])

    def renew_version(self) -> None:
        """Tell readers that vectors came or went."""
        self._set_meta(VECTORS_VERSION, token_hex(8))

    def _run(self, statement: str, values: Sequence[object]) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def _many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        self._connection.executemany(statement, rows)
