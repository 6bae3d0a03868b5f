"""A cross-encoder that reads query and passage together: slower and finer than the two legs of the search.

Off unless `retrieval.reranker` names a sentence-transformers model; `kb eval` shows whether it wins on a vault.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kb.errors import ModelFileMissing, ModelUnusable

RERANKED = 30  # passages read together with the query
_BLEND = 0.5  # of the reranker in the score; the rest stays with the fused one


class Reranker:
    """Scores passages; loaded with the first query."""

    def __init__(self, model: str) -> None:
        self.name = model

    def blended(self, query: str, texts: Sequence[str], scores: Sequence[float]) -> list[float]:
        """The fused `scores`, 0 to 1, blended with what the cross-encoder makes of each text, likewise 0 to 1."""
        if not texts:
            return []
        raw = np.asarray(self._model.predict([(query, text) for text in texts], show_progress_bar=False))
        spread = float(raw.max() - raw.min())
        own = (raw - raw.min()) / spread if spread else np.ones_like(raw)
        return [float(_BLEND * mine + (1 - _BLEND) * fused) for mine, fused in zip(own, scores, strict=True)]

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        folder = Path(self.name).expanduser()
        if not folder.is_dir():
            raise ModelFileMissing(
                f"There is no folder {self.name} with a reranker. Set retrieval.reranker in kb.toml to the folder of a "
                "sentence-transformers CrossEncoder, or leave it out."
            )
        try:
            return CrossEncoder(str(folder), local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelUnusable(
                f"{folder} holds no reranker that can be loaded ({str(error).splitlines()[0][:120]}). "
                "Set retrieval.reranker to another folder, or leave it out."
            ) from error
