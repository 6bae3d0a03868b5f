"""What the notes use: their tags, their properties and the values of these, as often as they do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kb.indexing.catalog import Catalog
from kb.indexing.catalog_queries import CatalogQueries
from kb.notes.note import Note, PropertyValue

_MOST_LETTERS = 80  # of a value that anybody would choose from a list


class Usage:
    """As of one state of the index; `drafts` are the notes being written."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._tags: Counter[str] | None = None
        self._properties: Counter[str] | None = None
        self._values: dict[str, Counter[str]] = {}

    def tags(self, drafts: Iterable[Note] = ()) -> Counter[str]:
        """Every tag, with how many notes have it."""
        if self._tags is None:
            self._tags = Counter(tag for _, tag in CatalogQueries(self._catalog).tags())
        return _one_spelling(self._tags, (tag.name for note in drafts for tag in note.tags))

    def properties(self, drafts: Iterable[Note] = ()) -> Counter[str]:
        """Every property, with how many notes have it."""
        if self._properties is None:
            self._properties = CatalogQueries(self._catalog).property_counts()
        return _one_spelling(self._properties, (name for note in drafts for name in note.properties))

    def values(self, name: str) -> Counter[str]:
        """The values of a property that are short enough to choose from, with how many notes have each."""
        key = name.casefold()
        if key not in self._values:
            rows = CatalogQueries(self._catalog).properties(key)
            self._values[key] = Counter(text for _, value in rows for text in _texts(_parsed(value)))
        return self._values[key]


def _one_spelling(known: Mapping[str, int], more: Iterable[str]) -> Counter[str]:
    """With those that only drafts have."""
    folded = {name.casefold() for name in known}
    found = Counter(known)
    for name in more:
        if name.casefold() not in folded:
            found[name] += 1
    return found


def _parsed(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return None


def _texts(value: object | PropertyValue) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, str | int | float) and len(str(value)) <= _MOST_LETTERS and str(value).strip():
        yield str(value)
