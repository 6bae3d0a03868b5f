"""What the catalog keeps of files that are no Markdown: what was read of each, and why some could not be read.

Both are kept by content, so that a file which is unchanged is never read again, whatever becomes of its note.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from kb.indexing.catalog import Catalog
from kb.indexing.stored import StoredNote, StoredUnread
from kb.notes.listing import NoteFile
from kb.notes.vault import RawNote


class FileTable:
    """Both tables, over a connection that may write."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put_extract(self, fingerprint: str, stamp: str, content: bytes) -> None:
        """Remember what was read of the file of this content by the source of this stamp."""
        self._run("INSERT OR REPLACE INTO extracts VALUES (?, ?, ?)", [fingerprint, stamp, content])

    def put_unread(self, file: NoteFile, raw: RawNote, reason: str) -> None:
        """Remember why a file could not be read."""
        values = [
            raw.path,
            raw.fingerprint,
            file.stamp,
            raw.size,
            raw.mtime_ns,
            raw.ctime_ns,
            raw.inode,
            reason,
        ]
        self._run("INSERT OR REPLACE INTO unread VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def forget(self, path: str) -> None:
        """Remember no more that the file at `path` could not be read."""
        self._run("DELETE FROM unread WHERE path = ?", [path])

    def collect_garbage(self) -> None:
        """Drop what was read of files that are no longer there."""
        self._run("DELETE FROM extracts WHERE fingerprint NOT IN (SELECT fingerprint FROM notes)", [])

    def _run(self, statement: str, values: Sequence[object]) -> None:
        self._connection.execute(statement, values)


def unread_files(catalog: Catalog) -> list[StoredUnread]:
    """The files that could not be read, by path."""
    query = (
        "SELECT path, fingerprint, stamp, size, mtime_ns, ctime_ns, inode, reason FROM unread ORDER BY path"
    )
    return [StoredUnread(*row) for row in catalog.rows(query)]


def seen_files(catalog: Catalog) -> dict[str, StoredNote | StoredUnread]:
    """Every file that was looked into, by path: notes, and those that could not be read."""
    found: dict[str, StoredNote | StoredUnread] = {one.path: one for one in unread_files(catalog)}
    return found | {one.path: one for one in catalog.notes()}


def known_extract(catalog: Catalog, fingerprint: str, stamp: str) -> bytes | None:
    """What was read of the file of this content by the source of this stamp, see kb.sources.form."""
    query = "SELECT content FROM extracts WHERE fingerprint = ? AND stamp = ?"
    return next((bytes(row[0]) for row in catalog.rows(query, (fingerprint, stamp))), None)
