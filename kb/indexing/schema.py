"""The catalog's tables, and opening them safely."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from kb.errors import IndexDamaged, IndexIncompatible, IndexingError, IndexMissing, IndexOutdated
from kb.indexing.failures import outdated, result_code, translated

FILE_NAME = "catalog.sqlite"
LAST_SYNC = "last_sync"  # in `meta`: ISO 8601, in UTC
SCHEMA_VERSION = 5
# Raised whenever notes would be parsed or cut differently, so that every note is read anew.
PASSAGE_RULES = 7
_PATIENCE_SECONDS = 10.0
_SLOW_BYTES_PER_SECOND = 2_000_000
_LARGEST_VALUE = 64_000_000  # bytes
_STEPS = 100_000  # of SQLite's machine between two looks at the clock
_WRITE_CACHE_KIB = 64_000  # makes many notes a quarter faster to write
BUSY_SECONDS = 10.0
_NOT_OPENED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,      -- of the file's bytes
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    title TEXT NOT NULL,
    created TEXT,                   -- ISO 8601, from properties
    modified TEXT,
    language TEXT NOT NULL DEFAULT '',  -- ISO 639-1, whose stemmer made the stems of its words
    names TEXT NOT NULL,            -- JSON: what links can call it by
    stamp TEXT NOT NULL             -- of the source that read it, see kb.sources; empty for Markdown
);
CREATE TABLE extracts (             -- what was read of files that are no Markdown, see kb.sources.form
    fingerprint TEXT NOT NULL, stamp TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (fingerprint, stamp)
);
CREATE TABLE unread (               -- files that could not be read, as they were then
    path TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, stamp TEXT NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE aliases (note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE, alias TEXT NOT NULL);
CREATE TABLE tags (note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE, tag TEXT NOT NULL, line INTEGER NOT NULL);
CREATE TABLE properties (note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE, name TEXT NOT NULL, value TEXT);
CREATE TABLE tasks (
    note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE, state TEXT NOT NULL, text TEXT NOT NULL, line INTEGER NOT NULL
);
CREATE TABLE problems (
    note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE, message TEXT NOT NULL, line INTEGER NOT NULL
);
CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE,
    kind TEXT NOT NULL, target TEXT NOT NULL, label TEXT, heading TEXT, block TEXT, relation TEXT, definition TEXT,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, line INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'unresolved',
    resolved TEXT                   -- path of the note it means
);
-- Last parts of what the note's links and definitions look for, see kb.notes.link_names.
CREATE TABLE linked_names (
    name TEXT NOT NULL, note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE, PRIMARY KEY (name, note)
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    note INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,       -- place within the note, from 0
    key TEXT NOT NULL,              -- content address of its embedding
    start INTEGER NOT NULL, stop INTEGER NOT NULL, line INTEGER NOT NULL,
    heading_path TEXT NOT NULL,     -- JSON list
    text TEXT NOT NULL,
    place TEXT NOT NULL             -- such as "page=12"; empty in Markdown
);
CREATE TABLE pending (key TEXT PRIMARY KEY, embed_text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE vectors (
    key TEXT NOT NULL, model TEXT NOT NULL,
    vector BLOB NOT NULL,           -- float16, L2-normalised
    digest BLOB NOT NULL,           -- keyed, see kb.indexing.seal: proves it after damage to the file
    generation INTEGER,             -- of Chroma that holds it, NULL for none
    PRIMARY KEY (key, model)
);
CREATE TABLE unlisted (key TEXT PRIMARY KEY) WITHOUT ROWID;  -- Chroma still holds these
CREATE INDEX links_by_note ON links (note);
CREATE INDEX links_by_resolved ON links (resolved);
CREATE INDEX linked_names_by_note ON linked_names (note);
CREATE INDEX passages_by_note ON passages (note, ordinal);
CREATE INDEX passages_by_key ON passages (key);
CREATE INDEX aliases_by_note ON aliases (note);
CREATE INDEX tags_by_note ON tags (note);
CREATE INDEX tags_by_tag ON tags (tag);
CREATE INDEX properties_by_note ON properties (note);
CREATE INDEX tasks_by_note ON tasks (note);
CREATE INDEX problems_by_note ON problems (note);
"""
# What the columns hold, see kb.indexing.words, is cut already: this tokenizer splits at spaces alone. `words` holds every
# word as written, folded, for looking up beginnings and parts.
_TOKENIZER = r"ascii tokenchars ''-+*/=<>!&|:~^%?.@$\#_''"
_FULL_TEXT = f"""
CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX notes_by_language ON notes (language) WHERE language <> '';
CREATE VIRTUAL TABLE passages_fts USING fts5 (
    title, headings, text, bigrams, stems, forms, tokenize = '{_TOKENIZER}'
);
CREATE VIRTUAL TABLE notes_fts USING fts5 (
    title, headings, text, bigrams, stems, forms, tokenize = '{_TOKENIZER}'
);
"""


def open_for_reading(folder: Path) -> sqlite3.Connection:
    """A connection that cannot write; works while another process indexes.

    Raises IndexMissing, IndexIncompatible or IndexDamaged.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        raise IndexMissing(f"There is no index at {folder} yet. Run: kb index")
    with translated(folder):
        try:
            return _checked(_connect(f"{file.absolute().as_uri()}?mode=ro"), folder)
        except sqlite3.OperationalError as error:
            # Beside an open catalog SQLite keeps two files, which it cannot on a read-only medium. Nobody writes there.
            if os.access(folder, os.W_OK) or result_code(error) not in _NOT_OPENED:
                raise
            if _has_log(folder):
                raise IndexingError(
                    f"The index at {folder} was not closed properly, and cannot be repaired where nothing can be "
                    "written. Name another folder with --index, then run: kb index"
                ) from error
            return _checked(_connect(f"{file.absolute().as_uri()}?immutable=1"), folder)


def bound(connection: sqlite3.Connection, file: Path) -> None:
    """Give up on what takes longer than reading all of the catalog can, and on values no catalog of kb's has.

    For a catalog that came from elsewhere: a view or a tree of pages without end would be read for ever.
    """
    end = time.monotonic() + _PATIENCE_SECONDS + file.stat().st_size / _SLOW_BYTES_PER_SECOND
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)


def holds_tables_only(file: Path) -> bool:
    """Whether reading this catalog runs nothing that is written in it: views and triggers are programs."""
    try:
        with closing(_connect(f"{file.absolute().as_uri()}?mode=ro")) as connection:
            bound(connection, file)
            query = "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')"
            return bool(connection.execute(query).fetchone()[0] == 0)
    except (sqlite3.Error, OSError, UnicodeDecodeError):  # SQLite quotes what it could not read
        return False


def open_for_writing(folder: Path) -> sqlite3.Connection:
    """A connection to the catalog in `folder`, made first where there is none.

    Raises IndexOutdated for the format of an older kb: it is made anew, since all but its vectors comes from the notes.
    """
    with translated(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / FILE_NAME
        connection = _connect(f"{file.absolute().as_uri()}?mode=rwc")
        connection.execute("PRAGMA journal_mode = WAL")
        # What is deleted must not be readable from the file any more.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_WRITE_CACHE_KIB}")
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            connection.executescript("BEGIN IMMEDIATE;" + _TABLES + _FULL_TEXT)
            values = {"schema_version": SCHEMA_VERSION, "passage_rules": PASSAGE_RULES}
            connection.executemany("INSERT INTO meta VALUES (?, ?)", [(k, str(v)) for k, v in values.items()])
            connection.execute("COMMIT")
        return _checked(connection, folder)


def set_aside(folder: Path) -> Path:
    """Rename a damaged catalog, so that a new one can be made; returns its new name."""
    number = 1
    while (aside := folder / f"{FILE_NAME}.damaged-{number}").exists():
        number += 1
    with translated(folder):
        for suffix in ("-wal", ""):  # the log may hold what the file does not yet
            with suppress(FileNotFoundError):
                (folder / (FILE_NAME + suffix)).rename(f"{aside}{suffix}")
        (folder / f"{FILE_NAME}-shm").unlink(missing_ok=True)
    return aside


def remove_catalog(folder: Path) -> None:
    """Delete the catalog; the notes hold all that a new one needs."""
    with translated(folder):
        for suffix in ("", "-wal", "-shm"):
            (folder / (FILE_NAME + suffix)).unlink(missing_ok=True)
        discard_set_aside(folder)


def replace_catalog(folder: Path, new: Path) -> None:
    """Put the catalog in the folder `new`, which nobody has open for writing, in the place of that in `folder`."""
    with translated(folder):
        for suffix in ("-wal", "-shm"):
            (folder / (FILE_NAME + suffix)).unlink(missing_ok=True)
        (new / FILE_NAME).replace(folder / FILE_NAME)
        shutil.rmtree(new)


def discard_set_aside(folder: Path) -> None:
    """Delete damaged catalogs that were set aside, for the text of notes deleted since stands in them."""
    for file in folder.glob(f"{FILE_NAME}.damaged-*"):
        with suppress(OSError):
            file.unlink()


def _checked(connection: sqlite3.Connection, folder: Path) -> sqlite3.Connection:
    try:
        _check_version(connection, folder)
    except BaseException:
        connection.close()
        raise
    return connection


def _has_log(folder: Path) -> bool:
    log = folder / f"{FILE_NAME}-wal"
    return log.exists() and log.stat().st_size > 0


def _connect(uri: str) -> sqlite3.Connection:
    # Statements are serialised by SQLite itself; transactions begin where kb says so.
    return sqlite3.connect(
        uri,
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )


def _check_version(connection: sqlite3.Connection, folder: Path) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise IndexIncompatible(
            f"The index at {folder} was made by a newer kb (format {version}, this one knows {SCHEMA_VERSION}). "
            "Update kb, or name another folder with --index."
        )
    if 0 < version < SCHEMA_VERSION:
        raise IndexOutdated(f"{outdated(folder)} Run: kb index")
    if version < SCHEMA_VERSION:
        raise IndexDamaged(f"The index at {folder} is incomplete. Run: kb index")


def _version(connection: sqlite3.Connection) -> int:
    """The format of the catalog; 0 when it was never finished."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    try:
        return int(row[0]) if row else 0
    except (TypeError, ValueError):
        return 0
