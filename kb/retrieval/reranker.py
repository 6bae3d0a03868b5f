"""A cross-encoder that reads query and passage together: slower and finer than the two retrievers.

Off unless `retrieval.reranker` names a sentence-transformers model; `kb eval` shows whether it wins on a vault.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.models.cross_encoder import CrossEncoderModel

RERANKED = 30  # passages read together with the query
_BLEND = 0.5  # of the reranker in the score; the rest stays with the fused one


class Reranker:
    """Scores passages; loaded with the first query."""

    def __init__(self, model: str) -> None:
        self._model = CrossEncoderModel(model, "retrieval.reranker")

    def blended(self, query: str, texts: Sequence[str], scores: Sequence[float]) -> list[float]:
        """The fused `scores`, 0 to 1, blended with what the cross-encoder makes of each text, likewise 0 to 1."""
        if not texts:
            return []
        raw = self._model.scores([(query, text) for text in texts])
        spread = float(raw.max() - raw.min())
        own = (raw - raw.min()) / spread if spread else np.ones_like(raw)
        return [float(_BLEND * mine + (1 - _BLEND) * fused) for mine, fused in zip(own, scores, strict=True)]
