"""Ways of bringing passages to a question, tried one after another until the evidence is enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.answering.question import Question
from kb.answering.words import words_of
from kb.indexing.catalog import Catalog
from kb.retrieval.hit import SearchHit
from kb.retrieval.retriever import Retriever

_LINKED_FROM = 3  # notes whose links are followed
_LINKED_PASSAGES = 8  # passages of linked notes that are read
_LINKED_SCORE = 0.5  # of its neighbour's score that a passage of a linked note gets

Way = Callable[[Question, Sequence[SearchHit]], list[SearchHit]]  # question and hits so far to new hits


def ways_of(retriever: Retriever, catalog: Catalog, limit: int) -> list[tuple[str, Way]]:
    """Each way by its name; `limit` is how many passages a search brings."""

    def fused(question: Question, _: Sequence[SearchHit]) -> list[SearchHit]:
        return retriever.search(question.text, limit=limit, per_note=None)

    def linked(question: Question, hits: Sequence[SearchHit]) -> list[SearchHit]:
        return _linked(catalog, question, hits)

    def dense(question: Question, _: Sequence[SearchHit]) -> list[SearchHit]:
        return retriever.search(question.text, limit=limit, per_note=None, legs=("dense",))

    return [("by words and meaning", fused), ("along links", linked), ("by meaning alone", dense)]


def best_by_note(hits: Sequence[SearchHit]) -> list[SearchHit]:
    """The first hit of each note."""
    first: dict[str, SearchHit] = {}
    for hit in hits:
        first.setdefault(hit.passage.note_path, hit)
    return list(first.values())


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
