"""Which notes a filter leaves over, without a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.errors import NothingToStudy
from kb.indexing.catalog import Catalog
from kb.indexing.catalog_queries import CatalogQueries
from kb.indexing.stored import StoredNote
from kb.retrieval.filters import allowed_passages
from kb.retrieval.query import parse_query
from kb.retrieval.selection import Searching, select


@dataclass(frozen=True, slots=True)
class ListedNote:
    """A note as lists show it."""

    path: str
    title: str
    day: date  # which it says it is of; else the one its file was last changed on


def listed(
    wanted: str, catalog: Catalog, retriever: Searching, today: date | None = None
) -> list[ListedNote]:
    """The notes that `wanted` names, as `select` reads it; operators alone, such as `tag:tea -path:old`, are met by all that fit.

    Nothing wanted is every note. None is an empty list. Raises UsageError for a filter that cannot be understood.
    """
    notes = {note.path: note for note in catalog.notes()}
    return [
        ListedNote(path, notes[path].title, notes[path].day)
        for path in _paths(wanted, notes, catalog, retriever, today)
        if path in notes
    ]


def _paths(
    wanted: str, notes: dict[str, StoredNote], catalog: Catalog, retriever: Searching, today: date | None
) -> Sequence[str]:
    lookup = CatalogQueries(catalog)
    query = parse_query(wanted, lookup.property_names() if ":" in wanted else ())
    if query.is_filtered and not query.text:
        allowed = allowed_passages(query, lookup, today)
        return sorted({passage.note_path for passage in catalog.passages(sorted(allowed))})
    if not wanted.strip():
        return list(notes)
    try:
        return select(wanted, catalog, lookup, retriever, today).paths
    except NothingToStudy:
        return ()
