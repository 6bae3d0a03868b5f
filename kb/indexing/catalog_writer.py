"""Writing the catalog. Only the holder of the index's lock has one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

from kb.files.small import finite
from kb.indexing.catalog import read_names
from kb.indexing.failures import translated
from kb.indexing.file_table import FileTable
from kb.indexing.schema import BUSY_SECONDS, PASSAGE_RULES, open_for_writing
from kb.indexing.vector_table import VectorTable
from kb.indexing.words import Columns, NoteWords
from kb.notes.link_names import changed_names, last_part, linked_names
from kb.notes.note import Link, Note, Passage, PropertyValue, Span
from kb.notes.plain import plain_text
from kb.notes.resolve import LinkResolver, NoteNames, names_of
from kb.notes.vault import RawNote
from kb.text.forms import stem
from kb.text.language import language_or_uncertain


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

    def put_note(self, note: Note, passages: Sequence[Passage], raw: RawNote, stamp: str = "") -> set[str]:
        """Store a note in place of what was known under its path; its links become due, and those to its headings.

        Returns the names by which links find it now and did not before, or the reverse; see `links_due`.
        """
        names = names_of(note)
        before = self._names(note.path)
        self._remove(note.path)
        texts = [plain_text(passage.text, keep_urls=True) for passage in passages]
        if stamp and texts:
            texts[0] = f"{texts[0]}\n{_told_beside(note)}".strip()
        language = language_or_uncertain("\n".join(texts))
        id = self._run(
            "INSERT INTO notes (path, fingerprint, size, mtime_ns, ctime_ns, inode, title, created, modified, language, "
            "names, stamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                note.path,
                raw.fingerprint,
                raw.size,
                raw.mtime_ns,
                raw.ctime_ns,
                raw.inode,
                note.title,
                note.created.isoformat() if note.created else None,
                note.modified.isoformat() if note.modified else None,
                language,
                _as_json(names),
                stamp,
            ],
        ).lastrowid
        self._many("INSERT INTO aliases VALUES (?, ?)", ((id, alias) for alias in note.aliases))
        self._many("INSERT INTO tags VALUES (?, ?, ?)", ((id, tag.name, tag.line) for tag in note.tags))
        self._many(
            "INSERT INTO properties VALUES (?, ?, ?)",
            (
                (id, name, json.dumps(finite(value), ensure_ascii=False, default=_plain, allow_nan=False))
                for name, value in note.properties.items()
            ),
        )
        self._many(
            "INSERT INTO tasks VALUES (?, ?, ?, ?)",
            ((id, task.state, task.text, task.line) for task in note.tasks),
        )
        self._many(
            "INSERT INTO problems VALUES (?, ?, ?)",
            ((id, problem.message, problem.line) for problem in note.problems),
        )
        self._many(
            "INSERT INTO links (note, kind, target, label, heading, block, relation, definition, start, stop, line, status) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'due')",
            (
                (
                    id, link.kind, link.target, link.label, link.heading, link.block, link.relation,
                    link.definition, link.span.start, link.span.end, link.line,
                )
                for link in note.links
            ),
        )  # fmt: skip
        self._many(
            "INSERT INTO linked_names VALUES (?, ?)",
            ((name, id) for name in sorted(linked_names(note))),
        )
        for ordinal, passage in enumerate(passages):
            self._put_passage(id, ordinal, passage)
        self._put_words(id, note.title, language, passages, texts)
        if names in before:
            return set()
        self._run("UPDATE links SET status = 'due' WHERE resolved = ?", [note.path])
        return _found_by(before, [names])

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
                self._run("DELETE FROM vectors WHERE model <> ?", [model])
                self._run("DELETE FROM pending", [])
            self.set_meta("embedding_model", model)
            self.set_meta("embedding_source", source)
            self.set_meta("passage_rules", str(PASSAGE_RULES))
        return fits

    def _put_passage(self, note: int | None, ordinal: int, passage: Passage) -> None:
        self._run(
            "INSERT INTO passages (note, ordinal, key, start, stop, line, heading_path, text, place) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                note, ordinal, passage.key, passage.span.start, passage.span.end, passage.line,
                json.dumps(passage.heading_path, ensure_ascii=False, allow_nan=False), passage.text, passage.place,
            ],
        )  # fmt: skip
        self._run(
            "INSERT OR IGNORE INTO pending SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE key = ?)",
            [passage.key, passage.embed_text, passage.key],
        )
        self._run("DELETE FROM unlisted WHERE key = ?", [passage.key])

    def _put_words(
        self, note: int | None, title: str, language: str, passages: Sequence[Passage], texts: Sequence[str]
    ) -> None:
        """Store the words of a note's passages, and of the note as a whole."""
        ids = self._run("SELECT id FROM passages WHERE note = ? ORDER BY ordinal", [note]).fetchall()
        words = NoteWords(title, language)
        rows = [
            (id, *words.add("\n".join(passage.heading_path), text, passage.embed_text))
            for (id,), passage, text in zip(ids, passages, texts, strict=True)
        ]
        columns = f"(rowid, {', '.join(Columns._fields)}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._many(f"INSERT INTO passages_fts {columns}", rows)
        self._run(f"INSERT INTO notes_fts {columns}", (note, *words.whole()))
        self._many("INSERT OR IGNORE INTO words VALUES (?)", ((word,) for word in words.seen))

    def _run(self, statement: str, values: Sequence[object]) -> sqlite3.Cursor:
        return self.connection.execute(statement, values)

    def _many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        self.connection.executemany(statement, rows)


def _told_beside(note: Note) -> str:
    """What is known of a file beside its text, such as its name and author; a note has that in its front matter."""
    values = [value for value in note.properties.values() if isinstance(value, str)]
    return "\n".join([*note.aliases, *values])


def _as_json(names: NoteNames) -> str:
    return json.dumps(asdict(names), ensure_ascii=False, allow_nan=False)


def _found_by(before: Sequence[NoteNames], after: Sequence[NoteNames]) -> set[str]:
    """The names by which links find a note at one time and not at the other."""
    folders = {
        part for one in (*before, *after) for part in one.path.split("/")[:-1]
    }  # links lead there, too
    return changed_names(before, after) | set(map(last_part, folders))


def _plain(value: PropertyValue) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
