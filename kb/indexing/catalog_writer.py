"""Writing the catalog. Only the holder of the index's lock has one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kb.indexing.catalog import read_names
from kb.indexing.failures import translated
from kb.indexing.file_table import FileTable
from kb.indexing.note_rows import NoteRows, Row
from kb.indexing.schema import BUSY_SECONDS, PASSAGE_RULES, open_for_writing
from kb.indexing.vector_table import VectorTable
from kb.indexing.words import Columns
from kb.notes.link_names import changed_names, last_part
from kb.notes.note import Link, Span
from kb.notes.resolve import LinkResolver, NoteNames
from kb.notes.vault import RawNote
from kb.text.forms import stem


class CatalogWriter:
    """Write access to the catalog in a folder."""

    def __init__(self, folder: Path, key: bytes = b"") -> None:
        """`key` is the machine's, see kb.indexing.seal."""
        self.folder = folder
        self.connection = open_for_writing(folder)
        self.vectors = VectorTable(self.connection, key, self.set_meta)
        self.files = FileTable(self.connection)

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        with translated(self.folder):
            self.fold_log()
            self.connection.close()

    def fold_log(self) -> bool:
        """Move the write-ahead log into the file and empty it; False when a reader still needs it."""
        with translated(self.folder):
            self._run("PRAGMA busy_timeout = 200", [])
            try:
                busy, _, _ = self._run("PRAGMA wal_checkpoint(TRUNCATE)", []).fetchone()
            finally:
                self._run(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}", [])
            return not busy

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All that is written inside is kept together, or not at all."""
        with translated(self.folder):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                # SQLite has already rolled back when the disk is full.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def put_note(self, rows: NoteRows, raw: RawNote, stamp: str = "", was: str = "") -> set[str]:
        """Store a note in place of what was known under its path; its links become due, and those to its headings.

        Passages that are embedded anew though their text is as before, here or at the path `was`, keep that vector till then.
        Returns the names by which links find it now and did not before, or the reverse; see `links_due`.
        """
        before = self._names(rows.path)
        embedded = self.vectors.of_note(was or rows.path) if before or was else {}
        if before:
            self._remove(rows.path)
        id = self._run(
            "INSERT INTO notes (path, fingerprint, size, mtime_ns, ctime_ns, inode, title, created, modified, language, "
            "names, stamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                rows.path,
                raw.fingerprint,
                raw.size,
                raw.mtime_ns,
                raw.ctime_ns,
                raw.inode,
                rows.title,
                rows.created,
                rows.modified,
                rows.language,
                rows.names_as_json,
                stamp,
            ],
        ).lastrowid
        assert id is not None
        self._put_rows("aliases VALUES (?, ?)", id, rows.aliases)
        self._put_rows("tags VALUES (?, ?, ?)", id, rows.tags)
        self._put_rows("properties VALUES (?, ?, ?)", id, rows.properties)
        self._put_rows("tasks VALUES (?, ?, ?, ?)", id, rows.tasks)
        self._put_rows("problems VALUES (?, ?, ?)", id, rows.problems)
        self._put_rows(
            "links (note, kind, target, label, heading, block, relation, definition, start, stop, line, status) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'due')",
            id,
            rows.links,
        )
        self._put_rows("linked_names (note, name) VALUES (?, ?)", id, rows.linked_names)
        self._put_passages(id, rows)
        self.vectors.lend(embedded, [(one.key, one.text) for one in rows.passages])
        if rows.names in before:
            return set()
        self._run("UPDATE links SET status = 'due' WHERE resolved = ?", [rows.path])
        return _found_by(before, [rows.names])

    def remove_note(self, path: str) -> set[str]:
        """Forget a note and all that was known of it. Returns the names by which links found it."""
        before = self._names(path)
        self._remove(path)
        self._run("UPDATE links SET status = 'due' WHERE resolved = ?", [path])
        return _found_by(before, []) if before else set()

    def links_due(self, names: Collection[str]) -> None:
        """Have the links of every note that looks for one of `names`, see kb.notes.link_names, looked up again."""
        self._run(
            "UPDATE links SET status = 'due' WHERE status <> 'due' AND note IN (SELECT note FROM linked_names "
            "WHERE name IN (SELECT value FROM json_each(?)))",
            [json.dumps(sorted(names), allow_nan=False)],
        )

    def _names(self, path: str) -> list[NoteNames]:
        """What the note at `path` can be called by; none where there is no such note."""
        return [read_names(row[0]) for row in self._run("SELECT names FROM notes WHERE path = ?", [path])]

    def _remove(self, path: str) -> None:
        row = self._run("SELECT id FROM notes WHERE path = ?", [path]).fetchone()
        if row:
            self._run("DELETE FROM passages_fts WHERE rowid IN (SELECT id FROM passages WHERE note = ?)", row)
            self._run("DELETE FROM notes_fts WHERE rowid = ?", row)
            self._run("DELETE FROM notes WHERE id = ?", row)

    def touch(self, raw: RawNote) -> None:
        """Remember that a file has another date or place on the disk, but the same content."""
        self._run(
            "UPDATE notes SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ? WHERE path = ?",
            [raw.size, raw.mtime_ns, raw.ctime_ns, raw.inode, raw.path],
        )

    def doubt(self, paths: Sequence[str]) -> None:
        """Have these notes read anew by the next sync, whatever their dates say."""
        self._many("UPDATE notes SET mtime_ns = -1 WHERE path = ?", ((path,) for path in paths))

    def resolve_links(self, resolver: LinkResolver, *, only_due: bool = False) -> None:
        """Look up the links that are due, or all."""
        updates = []
        for row in self._run(
            "SELECT links.id, notes.path, kind, target, start, stop, line, label, heading, block, relation, "
            "definition, status, resolved FROM links JOIN notes ON notes.id = links.note"
            + (" WHERE status = 'due'" if only_due else ""),
            [],
        ):
            id, source, kind, target, start, stop, line, *rest, status, known = row
            found = resolver.resolve(Link(kind, target, Span(start, stop), line, *rest), source)
            if (found.status, found.path) != (status, known):
                updates.append((found.status, found.path, id))
        self._many("UPDATE links SET status = ?, resolved = ? WHERE id = ?", updates)

    def collect_garbage(self) -> None:
        """Drop the vectors that no passage has any more; Chroma is told at the next occasion."""
        orphan = "key NOT IN (SELECT key FROM passages)"
        self._run(
            f"INSERT OR IGNORE INTO unlisted SELECT key FROM vectors WHERE generation IS NOT NULL AND {orphan}",
            [],
        )
        if self._run(f"DELETE FROM vectors WHERE {orphan}", []).rowcount:
            self.vectors.renew_version()
        self._run(f"DELETE FROM pending WHERE {orphan}", [])
        self.files.collect_garbage()

    def erase_deleted_words(self) -> None:
        """Rewrite the full-text index, which keeps the words of deleted passages until its parts are merged."""
        self._run("INSERT INTO passages_fts (passages_fts) VALUES ('optimize')", [])
        self._run("INSERT INTO notes_fts (notes_fts) VALUES ('optimize')", [])
        self._run("CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab (main, notes_fts, row)", [])
        known = {row[0] for row in self._run("SELECT term FROM temp.terms", [])}
        words = [row[0] for row in self._run("SELECT word FROM words", [])]
        self._many("DELETE FROM words WHERE word = ?", ((word,) for word in words if stem(word) not in known))

    def purge(self) -> None:
        """Drop what no passage needs, and rewrite the file without free space."""
        with self.batch():
            self.collect_garbage()
            self.erase_deleted_words()
        with translated(self.folder):
            self._run("VACUUM", [])
            self.fold_log()

    def set_meta(self, name: str, value: str) -> None:
        """Store a named value about the index itself."""
        self._run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])

    def adopt(self, model: str, source: str) -> bool:
        """Make sure that the index is of this embedding model, which `source` opens, and of these passage rules.

        Where it is not, every note will be read anew, and vectors of other models go. Returns whether it was.
        """
        meta = dict(self._run("SELECT name, value FROM meta", []).fetchall())
        fits = meta.get("embedding_model") in (model, None) and meta.get("passage_rules") == str(
            PASSAGE_RULES
        )
        with self.batch():
            if not fits:
                self._run("UPDATE notes SET mtime_ns = -1, stamp = 'another'", [])
                self._run("DELETE FROM vectors WHERE model <> ? OR digest = x''", [model])
                self._run("DELETE FROM pending", [])
            self.set_meta("embedding_model", model)
            self.set_meta("embedding_source", source)
            self.set_meta("passage_rules", str(PASSAGE_RULES))
        return fits

    def _put_rows(self, into: str, note: int, rows: Sequence[Row]) -> None:
        if rows:
            self._many(f"INSERT INTO {into}", [(note, *row) for row in rows])

    def _put_passages(self, note: int, rows: NoteRows) -> None:
        """Store a note's passages, their words, and those of the note as a whole."""
        passages = rows.passages
        self._many(
            "INSERT INTO passages (note, ordinal, key, start, stop, line, heading_path, text, place) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(note, ordinal, one.key, *one.stored) for ordinal, one in enumerate(passages)],
        )
        self._many(
            "INSERT OR IGNORE INTO pending SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE key = ?1)",
            [(one.key, one.embed_text) for one in passages],
        )
        self._many("DELETE FROM unlisted WHERE key = ?", [(one.key,) for one in passages])
        ids = self._run("SELECT id FROM passages WHERE note = ? ORDER BY ordinal", [note]).fetchall()
        columns = f"(rowid, {', '.join(Columns._fields)}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._many(
            f"INSERT INTO passages_fts {columns}",
            [(id, *one.words) for (id,), one in zip(ids, passages, strict=True)],
        )
        self._run(f"INSERT INTO notes_fts {columns}", (note, *rows.words))
        self._many("INSERT OR IGNORE INTO words VALUES (?)", [(word,) for word in rows.seen])

    def _run(self, statement: str, values: Sequence[object]) -> sqlite3.Cursor:
        return self.connection.execute(statement, values)

    def _many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        self.connection.executemany(statement, rows)


def _found_by(before: Sequence[NoteNames], after: Sequence[NoteNames]) -> set[str]:
    """The names by which links find a note at one time and not at the other."""
    folders = {
        part for one in (*before, *after) for part in one.path.split("/")[:-1]
    }  # links lead there, too
    return changed_names(before, after) | set(map(last_part, folders))
