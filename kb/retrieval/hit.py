"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass

from kb.indexing.catalog import StoredPassage


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A passage with how well it matches, and which leg found it."""

    passage: StoredPassage
    score: float  # 0 to 1, fused; 1 when both legs rank it first
    lexical: float  # 0 to 1, of the best BM25 score; 0 when no word matched
    dense: float  # 0 to 1, between the worst and the best candidate's cosine; 0 when not among them
