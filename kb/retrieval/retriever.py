"""Finds the passages that match a query: a lexical leg, a dense leg, and their convex combination."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.indexing.catalog import StoredPassage
from kb.retrieval.fusion import fuse
from kb.retrieval.hit import SearchHit
from kb.retrieval.query import parse_query
from kb.settings import RetrievalSettings

Vector = NDArray[np.float32]


class PassageStore(Protocol):
    """What a retriever needs of the catalog."""

    def lexical(self, match: str, limit: int) -> list[tuple[int, float]]: ...
    def passages(self, ids: Sequence[int]) -> list[StoredPassage]: ...
    def passages_by_key(self, keys: Sequence[str]) -> dict[str, list[int]]: ...
    def document_frequency(self, terms: Sequence[str]) -> list[int]: ...
    def passage_count(self) -> int: ...


class DenseSearch(Protocol):
    """What a retriever needs of the vectors: (passage key, cosine similarity), best first."""

    def dense(self, vector: Vector, n: int) -> list[tuple[str, float]]: ...


class QueryEncoder(Protocol):
    """Turns a query into an L2-normalised vector, shape (d,)."""

    def embed_query(self, text: str) -> Vector: ...


class Retriever:
    """Ranks passages for a query."""

    def __init__(
        self, store: PassageStore, vectors: DenseSearch, encoder: QueryEncoder, settings: RetrievalSettings
    ) -> None:
        self._store = store
        self._vectors = vectors
        self._encoder = encoder
        self._settings = settings

    def search(self, text: str, limit: int = 10, per_note: int | None = 3) -> list[SearchHit]:
        """The `limit` best passages for `text`, at most `per_note` of one note (None for any number).

        A query without a word, such as an emoji, is matched by its embedding alone; an empty one finds nothing.
        """
        query = parse_query(text)
        if not query.text:
            return []
        count = max(self._settings.candidates, limit)
        lexical = dict(self._store.lexical(query.match, count)) if query.match else {}
        dense: dict[int, float] = {}
        nearest = self._vectors.dense(self._encoder.embed_query(query.text), count)
        owners = self._store.passages_by_key([key for key, _ in nearest])
        for key, similarity in nearest:
            dense.update(dict.fromkeys(owners.get(key, ()), similarity))
        fused = fuse(lexical, dense, self._settings.dense_weight)
        ranked = sorted(fused, key=lambda passage: (-fused[passage].score, passage))
        hits = []
        of_note: Counter[str] = Counter()
        for passage in self._store.passages(ranked):
            if per_note is not None and of_note[passage.note_path] >= per_note:
                continue
            of_note[passage.note_path] += 1
            parts = fused[passage.id]
            hits.append(SearchHit(passage, parts.score, parts.lexical, parts.dense))
            if len(hits) == limit:
                break
        return hits

    def document_frequency(self, terms: Sequence[str]) -> list[int]:
        """In how many passages each of `terms` stands."""
        return self._store.document_frequency(terms)

    def passage_count(self) -> int:
        """How many passages there are."""
        return self._store.passage_count()
