"""Strategies of bringing passages to a question, tried one after another until the evidence is enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.answering.question.language import is_foreign_to
from kb.answering.question.question import Question
from kb.answering.words import words_of
from kb.indexing.catalog import Catalog
from kb.indexing.catalog_queries import CatalogQueries
from kb.retrieval.hit import SearchHit
from kb.retrieval.retriever import Retriever
from kb.text.days import day_in
from kb.text.periods import Period

_BY_MEANING = 4  # passages that are nearest by meaning, read in any case
_ABROAD = 16  # … and among so many those in another language, in which no word of the question can stand
_LINKED_FROM = 3  # notes whose links are followed
_LINKED_PASSAGES = 8  # passages of linked notes that are read
_LINKED_SCORE = 0.5  # of its neighbour's score that a passage of a linked note gets

_MOST_IN_PERIOD = 32  # passages of a period that are read, the latest
_IN_PERIOD = 0.3  # score of a passage that only its day recommends

Strategy = Callable[[Question, Sequence[SearchHit]], list[SearchHit]]  # question and hits so far to new hits


def strategies_of(retriever: Retriever, catalog: Catalog, limit: int) -> list[tuple[str, Strategy]]:
    """Each strategy by its name; `limit` is how many passages a search brings."""

    def fused(question: Question, _: Sequence[SearchHit]) -> list[SearchHit]:
        found, nearest = retriever.search_both(question.text, limit, max(limit, _ABROAD))
        known = {hit.passage.id for hit in found}
        abroad = [hit for hit in nearest[_BY_MEANING:] if is_foreign_to(question.text, hit.passage.text)]
        return [*found, *(hit for hit in [*nearest[:_BY_MEANING], *abroad] if hit.passage.id not in known)]

    def linked(question: Question, hits: Sequence[SearchHit]) -> list[SearchHit]:
        return _linked(catalog, question, hits)

    return [("by words and meaning", fused), ("along links", linked)]


def best_by_note(hits: Sequence[SearchHit]) -> list[SearchHit]:
    """The first hit of each note."""
    first: dict[str, SearchHit] = {}
    for hit in hits:
        first.setdefault(hit.passage.note_path, hit)
    return list(first.values())


def hits_besides(catalog: Catalog, period: Period | None, about: Sequence[str]) -> list[SearchHit]:
    """Passages that no search need find: of the days in `period`, and all that hold the words `about`."""
    return [
        *(_hits_of_period(catalog, period) if period else ()),
        *(_hits_about(catalog, about) if about else ()),
    ]


def _hits_of_period(catalog: Catalog, period: Period) -> list[SearchHit]:
    """Passages of the days in `period`: of daily notes, and below dated headings of others."""
    days = {note.path: note.named_day for note in catalog.notes()}
    dated = [path for path, day in days.items() if period.holds(day)]
    found = {passage.id: passage for path in dated for passage in catalog.passages_of(path)}
    below = [
        id
        for id, headings in CatalogQueries(catalog).headings()
        if id not in found and period.holds(next((d for h in reversed(headings) if (d := day_in(h))), None))
    ]
    found |= {passage.id: passage for passage in catalog.passages(below)}
    passages = sorted(
        found.values(), key=lambda item: (days.get(item.note_path) or period.last, item.ordinal)
    )
    return [SearchHit(passage, _IN_PERIOD, lexical=0.0, dense=0.0) for passage in passages[-_MOST_IN_PERIOD:]]


def _hits_about(catalog: Catalog, words: Sequence[str]) -> list[SearchHit]:
    """Passages that hold all of `words`, those of the latest days."""
    queries = CatalogQueries(catalog)
    holding = [queries.passages_with(word) for word in words]
    if not holding:
        return []
    days = {note.path: note.named_day or note.day for note in catalog.notes()}
    passages = sorted(
        catalog.passages(sorted(set.intersection(*holding))),
        key=lambda item: (days[item.note_path], item.ordinal),
    )
    return [SearchHit(passage, _IN_PERIOD, lexical=0.0, dense=0.0) for passage in passages[-_MOST_IN_PERIOD:]]


def distinct(hits: Sequence[SearchHit]) -> list[SearchHit]:
    """One hit a passage, the best."""
    best: dict[int, SearchHit] = {}
    for hit in hits:
        known = best.get(hit.passage.id)
        if known is None or hit.score > known.score:
            best[hit.passage.id] = hit
    return list(best.values())


def _linked(catalog: Catalog, question: Question, hits: Sequence[SearchHit]) -> list[SearchHit]:
    """Passages of notes that the best notes link to or are linked from, those with most of the question first."""
    near: dict[str, float] = {}
    for hit in best_by_note(hits)[:_LINKED_FROM]:
        path = hit.passage.note_path
        linked = [link.resolved for link in catalog.links_from(path)]
        linked += [link.source for link in catalog.links_to(path)]
        for other in linked:
            if other and other != path:
                near.setdefault(other, _LINKED_SCORE * hit.score)
    found = [
        (
            question.coverage(words_of(" ".join((passage.title, *passage.heading_path, passage.text)))),
            passage,
            score,
        )
        for path, score in near.items()
        for passage in catalog.passages_of(path)
    ]
    found.sort(key=lambda row: -row[0])
    return [
        SearchHit(passage, score, lexical=0.0, dense=0.0) for _, passage, score in found[:_LINKED_PASSAGES]
    ]
