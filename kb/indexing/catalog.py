"""Reading the catalog: notes, passages, links, full-text search, vectors."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.indexing.failures import translated
from kb.indexing.schema import open_for_reading
from kb.indexing.stored import Statistics, StoredLink, StoredNote, StoredPassage
from kb.indexing.words import word_match
from kb.notes.day_patterns import DayNames
from kb.notes.note import Span
from kb.notes.resolve import NoteNames
from kb.text.language import UNCERTAIN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DAY_PATTERNS = "day_patterns"  # JSON list, see kb.notes.day_patterns
VECTORS_VERSION = "vectors_version"  # another value whenever vectors came or went
_MOST_LANGUAGES = 12  # looked for in a search, of those written in the script of a word
_MOST_PATTERNS = 8  # of daily notes
_CHUNK = 500  # SQLite takes a limited number of parameters
# Of kb.indexing.words.Columns in bm25(): a word of the title says more than one of the text, a part of a word less.
_COLUMN_WEIGHTS = "2.0, 1.5, 1.0, 1.0, 1.0, 0.4"


class Catalog:
    """Read access; any number of processes may have it while one writes."""

    def __init__(self, folder: Path, connection: sqlite3.Connection | None = None) -> None:
        self._folder = folder
        self._connection = connection or open_for_reading(folder)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def lexical(self, match: str, limit: int) -> list[tuple[int, float]]:
        """(passage id, BM25 score), best first; scores are positive. `match` is an FTS5 expression."""
        return self._best("passages_fts", match, limit)

    def lexical_notes(self, match: str, limit: int) -> list[tuple[int, float]]:
        """(note id, BM25 score of the note as a whole), best first."""
        return self._best("notes_fts", match, limit)

    def owners(self, passages: Sequence[int]) -> dict[int, int]:
        """The note id of each passage id."""
        found: dict[int, int] = {}
        for chunk in _chunks(passages):
            found.update(self._rows(f"SELECT id, note FROM passages WHERE id IN ({_marks(chunk)})", chunk))
        return found

    def languages(self) -> list[str]:
        """Languages, by number of notes, whose words are stored as stems too; see kb.text.language.

        UNCERTAIN is one of them where some note's is.
        """
        rows = self._rows(
            "SELECT language, count(*) AS notes FROM notes WHERE language <> '' "
            "GROUP BY language ORDER BY notes DESC, language",
        )
        found = [row[0] for row in rows]
        known = [language for language in found if language != UNCERTAIN][:_MOST_LANGUAGES]
        return known + [UNCERTAIN] * (UNCERTAIN in found)

    def texts(self, most: int) -> list[tuple[str, str]]:
        """The texts of at most `most` passages, spread over all of them, each with the language of its note."""
        step = max(1, -(-self.passage_count() // most))
        statement = "SELECT text, language FROM passages JOIN notes ON notes.id = note WHERE passages.id % ? = 0 LIMIT ?"
        return list(self._rows(statement, (step, most)))

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """The passages with these ids, in their order; unknown ids are left out."""
        found = {passage.id: passage for passage in self._passages("passages.id IN ({marks})", ids)}
        return [found[id] for id in ids if id in found]

    def passages_of(self, path: str) -> list[StoredPassage]:
        """All passages of a note, in order."""
        return sorted(self._passages("notes.path IN ({marks})", [path]), key=lambda passage: passage.ordinal)

    def passage_places(self) -> Iterator[tuple[str, int, str]]:
        """(path, offset, key) of every passage, in the order of its note."""
        return self._rows(
            "SELECT notes.path, start, key FROM passages JOIN notes ON notes.id = passages.note "
            "ORDER BY notes.path, ordinal"
        )

    def passages_by_key(self, keys: Sequence[str]) -> dict[str, list[int]]:
        """Ids of the passages that share each key."""
        found: dict[str, list[int]] = {}
        for chunk in _chunks(keys):
            marks = _marks(chunk)
            for id, key in self._rows(
                f"SELECT id, key FROM passages WHERE key IN ({marks}) ORDER BY id", chunk
            ):
                found.setdefault(key, []).append(id)
        return found

    def document_frequency(self, terms: Sequence[str]) -> list[int]:
        """In how many passages each of `terms` stands, in any form that the full-text index takes for the same."""
        languages = self.languages()
        return [
            int(
                self._one(
                    "SELECT count(*) FROM (SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?)",
                    (word_match(term, languages),),
                )
            )
            for term in terms
        ]

    def passage_count(self) -> int:
        """How many passages there are."""
        return int(self._one("SELECT count(*) FROM passages"))

    def notes(self) -> list[StoredNote]:
        """Every note, by path."""
        names = self.day_names()
        return [
            StoredNote(*(*row, names.day_of(row[0])))
            for row in self._rows(
                "SELECT path, title, created, modified, fingerprint, size, mtime_ns, ctime_ns, inode, stamp FROM notes ORDER BY path"
            )
        ]

    def day_names(self) -> DayNames:
        """What knows the day of a note by its path, as daily notes are called in this vault."""
        try:
            patterns = json.loads(self.meta(DAY_PATTERNS) or "[]")
        except (ValueError, RecursionError):
            patterns = []
        known = patterns if isinstance(patterns, list) else []
        return DayNames([one for one in known if isinstance(one, str)][:_MOST_PATTERNS])

    def names(self) -> list[NoteNames]:
        """What every note can be called by."""
        return [read_names(row[0]) for row in self._rows("SELECT names FROM notes ORDER BY path")]

    def names_of(self, paths: Sequence[str]) -> list[NoteNames]:
        """What some notes can be called by; unknown ones are left out."""
        return [
            read_names(row[0])
            for chunk in _chunks(paths)
            for row in self._rows(f"SELECT names FROM notes WHERE path IN ({_marks(chunk)})", chunk)
        ]

    def problems(self) -> list[tuple[str, int, str]]:
        """(path, line, message) of what could not be understood in the notes."""
        return list(
            self._rows(
                "SELECT notes.path, line, message FROM problems JOIN notes ON notes.id = problems.note "
                "ORDER BY notes.path, line"
            )
        )

    def links(self) -> list[StoredLink]:
        """Every link, by the note it stands in."""
        return self._links("?", True)

    def links_from(self, path: str) -> list[StoredLink]:
        """The links that stand in a note, in order."""
        return self._links("notes.path = ?", path)

    def links_to(self, path: str) -> list[StoredLink]:
        """The links of other notes that mean a note."""
        return self._links("links.resolved = ? AND notes.path <> links.resolved", path)

    def linking(self, names: Collection[str]) -> list[str]:
        """Paths of the notes with a link or definition that looks for one of `names`, see kb.notes.link_names."""
        return [
            row[0]
            for row in self._rows(
                "SELECT DISTINCT path FROM linked_names JOIN notes ON notes.id = linked_names.note "
                "WHERE name IN (SELECT value FROM json_each(?)) ORDER BY path",
                (json.dumps(sorted(names), allow_nan=False),),
            )
        ]

    def tags(self) -> list[tuple[str, str]]:
        """(path, tag) of every tag in a note, each once."""
        return list(
            self._rows("SELECT DISTINCT path, tag FROM tags JOIN notes ON notes.id = tags.note ORDER BY path")
        )

    def statistics(self) -> Statistics:
        """Counts of everything."""
        internal = "kind <> 'url' AND status NOT IN ('external', 'attachment')"
        row = next(
            self._rows(
                f"SELECT (SELECT count(*) FROM notes), (SELECT count(*) FROM passages), "
                f"(SELECT count(*) FROM links WHERE {internal}), "
                f"(SELECT count(*) FROM links WHERE {internal} AND resolved IS NOT NULL), "
                "(SELECT count(*) FROM passages WHERE key IN (SELECT key FROM pending))"
            )
        )
        return Statistics(*row)

    def vectors(self, model: str) -> tuple[list[str], NDArray[np.float32]]:
        """Keys and vectors, shape (n, d), of all passages that `model` has embedded."""
        import numpy as np

        rows = list(self._rows("SELECT key, vector FROM vectors WHERE model = ? ORDER BY key", (model,)))
        if not rows:
            return [], np.empty((0, 0), dtype=np.float32)
        matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float16).reshape(len(rows), -1)
        return [row[0] for row in rows], matrix.astype(np.float32)

    def note_vectors(self, model: str) -> dict[str, NDArray[np.float32]]:
        """The mean of the vectors of each note's passages, by its path; one vector at a time is in memory."""
        import numpy as np

        sums: dict[str, tuple[NDArray[np.float32], int]] = {}
        rows = self._rows(
            "SELECT notes.path, vector FROM passages JOIN notes ON notes.id = passages.note "
            "JOIN vectors ON vectors.key = passages.key AND vectors.model = ?",
            (model,),
        )
        for path, data in rows:
            vector = np.frombuffer(data, dtype=np.float16).astype(np.float32)
            before = sums.get(path)
            sums[path] = (vector, 1) if before is None else (before[0] + vector, before[1] + 1)
        return {path: total / np.float32(count) for path, (total, count) in sums.items()}

    def meta(self, name: str) -> str | None:
        """A named value about the index itself."""
        row = next(self._rows("SELECT value FROM meta WHERE name = ?", (name,)), None)
        return str(row[0]) if row else None

    def _best(self, table: str, match: str, limit: int) -> list[tuple[int, float]]:
        rows = self._rows(
            f"SELECT rowid, -bm25({table}, {_COLUMN_WEIGHTS}) AS score FROM {table} "
            f"WHERE {table} MATCH ? ORDER BY score DESC, rowid LIMIT ?",
            (match, limit),
        )
        return [(int(row[0]), float(row[1])) for row in rows]

    def _passages(self, condition: str, values: Sequence[object]) -> Iterator[StoredPassage]:
        for chunk in _chunks(values):
            rows = self._rows(
                "SELECT passages.id, notes.path, notes.title, start, stop, line, heading_path, text, key, ordinal, place "
                "FROM passages JOIN notes ON notes.id = passages.note WHERE "
                + condition.format(marks=_marks(chunk)),
                chunk,
            )
            for id, path, title, start, stop, line, headings, *rest in rows:
                yield StoredPassage(
                    id, path, title, Span(start, stop), line, tuple(json.loads(headings)), *rest
                )

    def _links(self, condition: str, value: object) -> list[StoredLink]:
        return [
            StoredLink(*row)
            for row in self._rows(
                "SELECT notes.path, kind, target, label, relation, line, status, resolved "
                f"FROM links JOIN notes ON notes.id = links.note WHERE {condition} ORDER BY notes.path, start",
                (value,),
            )
        ]

    def rows(self, query: str, values: Iterable[object] = ()) -> Iterator[Any]:
        """Rows of a query, for the modules of this folder."""
        return self._rows(query, values)

    def _rows(self, query: str, values: Iterable[object] = ()) -> Iterator[Any]:
        with translated(self._folder):
            yield from self._connection.execute(query, tuple(values))

    def _one(self, query: str, values: Iterable[object] = ()) -> Any:
        return next(self._rows(query, values))[0]


def _chunks(values: Sequence[object]) -> Iterator[Sequence[object]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def read_names(text: str) -> NoteNames:
    """What a note can be called by, as the catalog keeps it."""
    value = json.loads(text)
    return NoteNames(
        path=value["path"],
        title=value["title"],
        aliases=tuple(value["aliases"]),
        headings=tuple(map(tuple, value["headings"])),
        block_ids=tuple(value["block_ids"]),
        anchors=tuple(map(tuple, value.get("anchors", ()))),
        places=tuple(map(tuple, value.get("places", ()))),
    )
