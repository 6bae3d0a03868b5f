"""Which passages a search may return: conditions on their notes and words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from kb.indexing.catalog import Catalog
from kb.indexing.stored import stated_days
from kb.indexing.words import phrase_match

_MOST_WORDS = 50  # that a part of a word may mean
_SHORTEST_REST = 3  # letters of the other part


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A checkbox item of a note."""

    path: str
    title: str  # of its note
    state: str  # what stands between the brackets
    text: str
    line: int  # 1-based


class CatalogQueries:
    """Answers what the filters of a query ask, from the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def sources_of_links(self, kinds: Collection[str]) -> list[str]:
        """Paths of the notes in which links of these kinds stand that lead to a note."""
        marks = ", ".join("?" * len(kinds))
        rows = self._catalog.rows(
            "SELECT DISTINCT notes.path FROM links JOIN notes ON notes.id = links.note "
            f"WHERE links.resolved IS NOT NULL AND links.kind IN ({marks}) ORDER BY notes.path",
            tuple(kinds),
        )
        return [row[0] for row in rows]

    def property_names(self) -> list[str]:
        """The names of all properties, lower case."""
        return [row[0] for row in self._catalog.rows("SELECT DISTINCT lower(name) FROM properties")]

    def property_counts(self) -> Counter[str]:
        """Every property as most notes spell it, with how many notes have it."""
        rows = self._catalog.rows(
            "SELECT name, count(*) AS notes FROM properties GROUP BY name ORDER BY notes DESC, name"
        )
        counts: Counter[str] = Counter()
        spelled: dict[str, str] = {}
        for name, count in rows:
            counts[spelled.setdefault(name.casefold(), name)] += count
        return counts

    def passages_with(self, phrase: str) -> set[int]:
        """Passages in which `phrase` stands, as the full-text index reads words."""
        return {
            row[0]
            for row in self._catalog.rows(
                "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?",
                (phrase_match(phrase, self._catalog.languages()),),
            )
        }

    def words_beginning(self, start: str) -> list[str]:
        """Words of the notes, folded, that begin with `start` and are longer; the shortest."""
        rows = self._catalog.rows(
            "SELECT word FROM words WHERE word > ?1 AND word < ?1 || char(0x10ffff) ORDER BY length(word), word LIMIT ?2",
            (start, _MOST_WORDS),
        )
        return [row[0] for row in rows]

    def words_containing(self, part: str) -> list[str]:
        """Longer words of the notes, folded, with `part` in them and a part before or after it; the shortest."""
        rows = self._catalog.rows(
            "SELECT word FROM words WHERE length(word) >= length(?1) + ?3 AND instr(word, ?1) "
            "ORDER BY length(word), word LIMIT ?2",
            (part, _MOST_WORDS, _SHORTEST_REST),
        )
        return [row[0] for row in rows]

    def known_words(self, words: Collection[str]) -> set[str]:
        """Those of `words`, folded, that stand in the notes."""
        rows = self._catalog.rows(
            "SELECT word FROM words WHERE word IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(words), allow_nan=False),),
        )
        return {row[0] for row in rows}

    def words_alike(self, word: str) -> list[str]:
        """Words of the notes, folded, of about the length of `word`, that begin with its first or second letter."""
        rows = self._catalog.rows(
            "SELECT word FROM words WHERE abs(length(word) - ?2) <= 2 AND substr(word, 1, 1) IN (?1, ?3)",
            (word[:1], len(word), word[1:2]),
        )
        return [row[0] for row in rows]

    def passages_of_notes(self, paths: set[str]) -> set[int]:
        """All passages of these notes."""
        rows = self._catalog.rows(
            "SELECT passages.id FROM passages JOIN notes ON notes.id = passages.note "
            "WHERE notes.path IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(paths), allow_nan=False),),
        )
        return {row[0] for row in rows}

    def all_passages(self) -> set[int]:
        """Every passage."""
        return {row[0] for row in self._catalog.rows("SELECT id FROM passages")}

    def tags(self) -> Iterator[tuple[str, str]]:
        """(path, tag) of every tag in a note."""
        return self._catalog.rows("SELECT path, tag FROM tags JOIN notes ON notes.id = tags.note")

    def titles(self) -> Iterator[tuple[str, str]]:
        """(path, title or alias) of every note."""
        return self._catalog.rows(
            "SELECT path, title FROM notes UNION ALL "
            "SELECT path, alias FROM aliases JOIN notes ON notes.id = aliases.note"
        )

    def headings(self) -> Iterator[tuple[int, list[str]]]:
        """(id, headings above it) of every passage below a heading, note by note in order."""
        rows = self._catalog.rows(
            "SELECT passages.id, heading_path FROM passages JOIN notes ON notes.id = passages.note "
            "WHERE heading_path <> '[]' ORDER BY notes.path, ordinal"
        )
        return ((id, json.loads(headings)) for id, headings in rows)

    def dates(self) -> Iterator[tuple[str, date]]:
        """(path, day) of every note that says which day it is of, in its name or in a property."""
        names = self._catalog.day_names()
        for path, created, modified in self._catalog.rows("SELECT path, created, modified FROM notes"):
            for day in stated_days(names.day_of(path), created, modified)[:1]:
                yield path, day

    def tasks(self) -> Iterator[StoredTask]:
        """Every checkbox item."""
        rows = self._catalog.rows(
            "SELECT path, title, state, text, line FROM tasks JOIN notes ON notes.id = tasks.note ORDER BY path, line"
        )
        return (StoredTask(*row) for row in rows)

    def properties(self, name: str) -> Iterator[tuple[str, str]]:
        """(path, value as JSON) of every note with property `name`, whatever its case."""
        return self._catalog.rows(
            "SELECT path, value FROM properties JOIN notes ON notes.id = properties.note WHERE lower(name) = ?",
            (name,),
        )

    def linking_to(self, note: str) -> set[str]:
        """Notes with a link to the note of this path, title or alias, or to that name as written."""
        rows = self._catalog.rows(
            "SELECT DISTINCT source.path FROM links JOIN notes AS source ON source.id = links.note "
            "WHERE links.resolved IN (SELECT path FROM notes WHERE lower(title) = lower(?1) OR lower(path) IN "
            "(lower(?1), lower(?1) || '.md') UNION SELECT path FROM aliases JOIN notes ON notes.id = aliases.note "
            "WHERE lower(alias) = lower(?1)) OR lower(links.target) = lower(?1)",
            (note,),
        )
        return {row[0] for row in rows}

    def linked_notes(self) -> Iterator[tuple[int, int]]:
        """Ids of every two notes with a link from the one to the other."""
        return self._catalog.rows(
            "SELECT DISTINCT links.note, target.id FROM links JOIN notes AS target ON target.path = links.resolved"
        )
