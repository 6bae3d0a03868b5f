"""Which passages a query's demands leave over."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from typing import Protocol

from kb.retrieval.expansion import WordStore
from kb.retrieval.query import Condition, Query
from kb.text.periods import period_of


class NoteFacts(WordStore, Protocol):
    """What filters need of the catalog; see kb.indexing.catalog_queries.CatalogQueries."""

    def property_names(self) -> list[str]: ...
    def passages_with(self, phrase: str) -> set[int]: ...
    def passages_of_notes(self, paths: set[str]) -> set[int]: ...
    def all_passages(self) -> set[int]: ...
    def tags(self) -> Iterable[tuple[str, str]]: ...
    def titles(self) -> Iterable[tuple[str, str]]: ...
    def dates(self) -> Iterable[tuple[str, date]]: ...
    def properties(self, name: str) -> Iterable[tuple[str, str]]: ...
    def linking_to(self, note: str) -> set[str]: ...
    def linked_notes(self) -> Iterable[tuple[int, int]]: ...


def allowed_passages(query: Query, facts: NoteFacts, today: date | None = None) -> set[int]:
    """Ids of the passages that meet every demand of `query`; raises UsageError for a date that is none."""
    allowed = facts.all_passages()
    for phrase in query.phrases:
        allowed &= facts.passages_with(phrase)
    for phrase in query.unwanted:
        allowed -= facts.passages_with(phrase)
    for condition in query.conditions:
        meeting = facts.passages_of_notes(_notes(condition, facts, today or date.today()))
        allowed = allowed - meeting if condition.negated else allowed & meeting
    return allowed


def _notes(condition: Condition, facts: NoteFacts, today: date) -> set[str]:
    value = condition.value.casefold()
    match condition.name:
        case "tag":
            wanted = value.removeprefix("#").rstrip("/")
            return {
                path
                for path, tag in facts.tags()
                if tag.casefold() == wanted or tag.casefold().startswith(wanted + "/")
            }
        case "path":
            return {path for path, _ in facts.titles() if _path_matches(path.casefold(), value)}
        case "title":
            return {path for path, title in facts.titles() if value in title.casefold()}
        case "link":
            return facts.linking_to(condition.value.strip("[]").split("|")[0].split("#")[0].strip())
        case "before" | "after":
            return _dated(condition, facts, today)
        case name:
            return {path for path, stored in facts.properties(name) if value in _plain_values(stored)}


def _dated(condition: Condition, facts: NoteFacts, today: date) -> set[str]:
    first, last = period_of(condition.value, today)
    is_before = condition.name == "before"
    return {path for path, day in facts.dates() if (day < first if is_before else day > last)}


def _path_matches(path: str, wanted: str) -> bool:
    return fnmatchcase(path, wanted) if "*" in wanted else wanted in path


def _plain_values(stored: str) -> set[str]:
    """The values of a property, lower case; a link counts as the name it shows."""
    value = json.loads(stored)
    values = value if isinstance(value, list) else [value]
    return {
        (json.dumps(item, allow_nan=False) if isinstance(item, bool) else str(item))
        .casefold()
        .removeprefix("[[")
        .removesuffix("]]")
        for item in values
    }
