"""What can be said of a search that finds little: which words stand in no note, and which near ones do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from kb.indexing.catalog import Catalog
from kb.indexing.catalog_queries import CatalogQueries
from kb.retrieval.expansion import related_words
from kb.retrieval.hit import SearchHit
from kb.retrieval.query import parse_query

_WORD = re.compile(r"[^\W\d_]{3,}")
_PASSAGES = 20_000  # looked through for near words, in a few tenths of a second
_NEAR = 75  # of rapidfuzz' 0 to 100
_NAMED = 3
# Without a common word, a passage may yet be about the same: from this share of the best possible nearness on. Nonsense
# reached .22 to .32 over the sample vault, words of another language for what a note is about .83 and more.
_MEANT = 0.35
_MEANT_SHOWN = 3


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word of the query that no note has."""

    word: str
    near: tuple[str, ...]  # words of the notes that are written alike, the nearest first

    def __str__(self) -> str:
        near = f" Did you mean {' or '.join(self.near)}?" if self.near else ""
        return f'No note has "{self.word}".{near}'


def worth_showing(hits: Sequence[SearchHit]) -> list[SearchHit]:
    """The hits that a person wants to see: those with a word of the query, and what is near in meaning.

    A query of filters alone, or without a word, shows all.
    """
    if not hits or hits[0].retrievers.lexical or hits[0].retrievers.dense:
        return list(hits)
    kept = [hit for hit in hits if hit.lexical or hit.dense >= _MEANT]
    return kept if any(hit.lexical for hit in kept) else kept[:_MEANT_SHOWN]


def unknown_words(query: str, catalog: Catalog) -> list[UnknownWord]:
    """The words of `query` that stand in no note."""
    words = parse_query(query).words
    counts = zip(words, catalog.document_frequency(words), strict=True)
    missing = [word for word, count in counts if not count and not _has_related(word, catalog)]
    if not missing:
        return []
    known = _vocabulary(catalog)
    return [UnknownWord(word, _near(word, known)) for word in missing]


def _has_related(word: str, catalog: Catalog) -> bool:
    """Whether a note has a word that begins with `word`, holds it or is another form of it."""
    related = related_words({word: 0}, (), catalog.languages(), CatalogQueries(catalog))
    return any(catalog.document_frequency(related))


def _vocabulary(catalog: Catalog) -> dict[str, int]:
    """How often each word stands in the notes, as it is written."""
    counts: dict[str, int] = {}
    for text, title in islice(
        catalog.rows(
            "SELECT passages.text, notes.title FROM passages JOIN notes ON notes.id = passages.note"
        ),
        _PASSAGES,
    ):
        for word in _WORD.findall(f"{title} {text}"):
            counts[word.casefold()] = counts.get(word.casefold(), 0) + 1
    return counts


def _near(word: str, known: dict[str, int]) -> tuple[str, ...]:
    from rapidfuzz import fuzz, process

    found = process.extract(word, known.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=3 * _NAMED)
    best = sorted(found, key=lambda one: (-one[1], -known[one[0]]))
    return tuple(near for near, _, _ in best[:_NAMED])
