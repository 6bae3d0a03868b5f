"""Finds the passages that match a query: a lexical retriever, a dense retriever, and their convex combination."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from heapq import nsmallest
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.indexing.stored import StoredPassage
from kb.retrieval.coverage import covered
from kb.retrieval.duplicates import NearDuplicateFilter, TokenSet
from kb.retrieval.filters import NoteFacts, allowed_passages
from kb.retrieval.fusion import Coverage, Fused, RetrieverScores, fuse
from kb.retrieval.graph import pagerank_boost
from kb.retrieval.hit import Retrievers, SearchHit
from kb.retrieval.lexical import FullText, LexicalSearch
from kb.retrieval.query import Query, parse_query, parse_question
from kb.retrieval.reranker import RERANKED, Reranker
from kb.settings import RetrievalSettings

Vector = NDArray[np.float32]

# A filter may leave few of the best candidates over, so that many more are looked at.
_FILTERED_CANDIDATES = 100_000
_READ_FOR_COVERAGE = 3


class PassageStore(FullText, Protocol):
    """What a retriever needs of the catalog."""

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]: ...
    def passages_of(self, path: str) -> list[StoredPassage]: ...
    def passages_by_key(self, keys: Sequence[str]) -> dict[str, list[int]]: ...
    def passage_count(self) -> int: ...


class DenseSearch(Protocol):
    """What a retriever needs of the vectors: (passage key, cosine similarity), best first."""

    def dense(self, vector: Vector, n: int) -> list[tuple[str, float]]: ...


class QueryEncoder(Protocol):
    """Turns a query into an L2-normalised vector, shape (d,)."""

    @property
    def spread(self) -> float: ...
    @property
    def is_multilingual(self) -> bool: ...
    def embed_query(self, text: str) -> Vector: ...


class Retriever:
    """Ranks passages for a query."""

    def __init__(
        self,
        store: PassageStore,
        vectors: DenseSearch,
        encoder: QueryEncoder,
        settings: RetrievalSettings,
        facts: NoteFacts | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._store = store
        self._vectors = vectors
        self._encoder = encoder
        self._settings = settings
        self._facts = facts
        self._lexical = LexicalSearch(store, facts)
        self._reranker = reranker

    def search(
        self,
        text: str,
        limit: int = 10,
        per_note: int | None = 3,
        *,
        operators: bool = False,
        versions: bool = False,
        retrievers: Sequence[str] = ("lexical", "dense"),
    ) -> list[SearchHit]:
        """The `limit` best passages for `text`, at most `per_note` of one note (None for any number).

        With `operators`, quotes, `-word` and filters in `text` have power (see kb.retrieval.query); without, a
        question is never misread. Passages of one wording are one hit; with `versions`, of nearly one wording too. A
        query without a word, such as an emoji, is matched by its embedding alone; an empty one finds nothing.
        Raises UsageError for a filter that cannot be understood.
        """
        query = parse_question(text)
        if operators and self._facts is not None:
            # A property's name is an operator only before a colon, and to list them all takes time.
            query = parse_query(text, self._facts.property_names() if ":" in text else ())
        allowed = (
            allowed_passages(query, self._facts) if self._facts is not None and query.is_filtered else None
        )
        if allowed is not None and not allowed:
            return []
        found, ran = self._found(query, allowed, max(self._settings.candidates, limit), retrievers)
        if not query.text and allowed is not None:
            everything = dict.fromkeys(allowed, Fused(1.0, 0.0, 0.0))
            return self._best(query, everything, ran, limit, per_note, versions=versions)
        return self._best(query, self._fused(found), ran, limit, per_note, versions=versions)

    def search_both(self, question: str, limit: int, nearest: int) -> tuple[list[SearchHit], list[SearchHit]]:
        """The `limit` best passages for `question`, and the `nearest` best by meaning alone, of one search.

        Words drag the best by meaning down where a note is in another language, or the question is misspelt.
        """
        query = parse_question(question)
        count = max(self._settings.candidates, limit, nearest)
        found, ran = self._found(query, None, count, ("lexical", "dense"))
        by_meaning = self._fused(RetrieverScores({}, found.dense))
        alone = Retrievers("not asked for", ran.dense)
        return (
            self._best(query, self._fused(found), ran, limit, None),
            self._best(query, by_meaning, alone, nearest, None),
        )

    def _fused(self, found: RetrieverScores) -> dict[int, Fused]:
        fused = fuse(found, self._settings.dense_weight, self._encoder.spread)
        if self._settings.graph_weight and self._facts is not None:
            return self._with_pagerank_boost(fused)
        return fused

    def _best(
        self,
        query: Query,
        fused: Mapping[int, Fused],
        ran: Retrievers,
        limit: int,
        per_note: int | None,
        *,
        versions: bool = False,
    ) -> list[SearchHit]:
        """The `limit` best of `fused`, by the reranker's mind where there is one."""
        ranked = sorted(fused, key=lambda passage: (-fused[passage].score, passage))
        shown = NearDuplicateFilter(query.words, versions=versions)
        if not self._reranker:
            return self._hits(ranked, fused, ran, limit, per_note, shown)
        first = self._hits(ranked, fused, ran, max(limit, RERANKED), None, shown)
        scores = self._reranker.blended(
            query.text, [hit.passage.text for hit in first], [hit.score for hit in first]
        )
        scored = [replace(hit, score=score) for hit, score in zip(first, scores, strict=True)]
        return _at_most(sorted(scored, key=lambda hit: -hit.score), per_note)[:limit]

    def _hits(
        self,
        ranked: Sequence[int],
        fused: Mapping[int, Fused],
        ran: Retrievers,
        limit: int,
        per_note: int | None,
        shown: NearDuplicateFilter,
    ) -> list[SearchHit]:
        """The first `limit` passages of different wording, at most `per_note` of one note."""
        hits: list[SearchHit] = []
        of_note: Counter[str] = Counter()
        for passage in self._read(ranked, 3 * limit):
            wording = TokenSet(passage.text)
            number = shown.number_of(wording)
            if number is not None:
                hits[number] = hits[number].seen_in(passage.note_path)
            elif per_note is None or of_note[passage.note_path] < per_note:
                of_note[passage.note_path] += 1
                shown.add(wording)
                parts = fused[passage.id]
                hits.append(SearchHit(passage, parts.score, parts.lexical, parts.dense, ran))
            if len(hits) == limit:
                break
        return hits

    def neighbours(self, passage: StoredPassage, distance: int = 1) -> list[StoredPassage]:
        """`passage` among those up to `distance` before and after it in its note, in order."""
        return [
            other
            for other in self._store.passages_of(passage.note_path)
            if abs(other.ordinal - passage.ordinal) <= distance
        ]

    def document_frequency(self, terms: Sequence[str]) -> list[int]:
        """In how many passages each of `terms` stands."""
        return self._store.document_frequency(terms)

    def passage_count(self) -> int:
        """How many passages there are."""
        return self._store.passage_count()

    def _read(self, ids: Sequence[int], at_once: int) -> Iterator[StoredPassage]:
        """The passages in order; few are read when few are asked for."""
        for start in range(0, len(ids), at_once):
            yield from self._store.passages(ids[start : start + at_once])

    def found(self, text: str) -> RetrieverScores:
        """What both retrievers find for `text`, before they are combined: for measuring."""
        return self._found(parse_question(text), None, self._settings.candidates, ("lexical", "dense"))[0]

    def _found(
        self, query: Query, allowed: set[int] | None, count: int, retrievers: Sequence[str]
    ) -> tuple[RetrieverScores, Retrievers]:
        wide = count if allowed is None else _FILTERED_CANDIDATES
        why_no_lexical = why_no_dense = None
        if "lexical" not in retrievers:
            why_no_lexical = "not asked for"
        elif not query.has_words:
            why_no_lexical = "the query has no words"
        if "dense" not in retrievers:
            why_no_dense = "not asked for"
        elif not query.text:
            why_no_dense = "the query has no text"
        # SQLite and NumPy both leave Python to others while they work: side by side they take a third less time.
        with ThreadPoolExecutor(1) as beside:
            vector = beside.submit(self._encoder.embed_query, query.text) if why_no_dense is None else None
            lexical = self._lexical.scores(query, allowed, wide, count) if why_no_lexical is None else {}
        dense: dict[int, float] = {}
        if vector is not None:
            nearest = self._vectors.dense(vector.result(), wide)
            owners = self._store.passages_by_key([key for key, _ in nearest])
            found = [(owner, cosine) for key, cosine in nearest for owner in owners.get(key, ())]
            dense = _first(found, allowed, count)
            if not nearest:
                why_no_dense = "no passage is embedded yet"
        coverage = None
        if lexical and dense and self._encoder.is_multilingual:
            coverage = Coverage(*self._coverage(query.text, lexical, dense))
        return RetrieverScores(lexical, dense, coverage), Retrievers(why_no_lexical, why_no_dense)

    def _coverage(self, text: str, *retrievers: Mapping[int, float]) -> Iterator[float]:
        """How much of `text` the best passages of each leg hold."""
        best = [_highest(leg, _READ_FOR_COVERAGE) for leg in retrievers]
        read = {one.id: one for one in self._store.passages(sorted({id for ids in best for id in ids}))}
        for ids in best:
            some = [read[id] for id in ids if id in read]
            yield covered(text, (" ".join((one.title, *one.heading_path, one.text)) for one in some))

    def _with_pagerank_boost(self, fused: Mapping[int, Fused]) -> dict[int, Fused]:
        """The same passages, those of notes that hang together with the best ones scored higher."""
        assert self._facts is not None
        weight = self._settings.graph_weight
        owners = self._store.owners(list(fused))
        best: dict[int, float] = {}
        for passage, parts in fused.items():
            best[owners[passage]] = max(best.get(owners[passage], 0.0), parts.score)
        lift = pagerank_boost(best, self._facts.linked_notes(), weight)
        return {
            passage: replace(parts, score=(parts.score + lift.get(owners[passage], 0.0)) / (1 + weight))
            for passage, parts in fused.items()
        }


def _highest(scores: Mapping[int, float], n: int) -> list[int]:
    return nsmallest(n, scores, key=lambda id: (-scores[id], id))


def _at_most(hits: Sequence[SearchHit], per_note: int | None) -> list[SearchHit]:
    of_note: Counter[str] = Counter()
    kept = []
    for hit in hits:
        of_note[hit.passage.note_path] += 1
        if per_note is None or of_note[hit.passage.note_path] <= per_note:
            kept.append(hit)
    return kept


def _first(ranked: Sequence[tuple[int, float]], allowed: set[int] | None, count: int) -> dict[int, float]:
    kept = [(id, score) for id, score in ranked if allowed is None or id in allowed]
    return dict(kept[:count])
