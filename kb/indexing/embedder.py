"""Texts to vectors: a light way for queries and few passages, sentence-transformers for many."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.errors import ModelUnusable
from kb.indexing import c_memory
from kb.indexing.embedding_model import open_embedding_model
from kb.silence import report_nothing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kb.indexing.bulk import BulkEncoder

    Vectors = NDArray[np.float32]


# Importing torch takes some 5 s, in which the light way embeds as many texts (tests/bench/README.md).
FEW = 256
_BATCH = 32  # passages; larger ones were no faster on two cores


class Embedder:
    """Turns texts into L2-normalised float32 vectors. Nothing is loaded before it is needed."""

    opens_elsewhere = True  # whether another process can open it by its `source`
    passages_per_batch = 256  # that are kept together, once they are embedded

    def __init__(self, model: str) -> None:
        self._model = open_embedding_model(model)
        self._common: dict[str, Vectors] = {}  # what all vectors of texts with this prefix have in common

    @property
    def name(self) -> str:
        """The model's name in the index."""
        return self._model.name

    @property
    def fingerprint(self) -> str:
        """Tells models apart by all that makes a vector; reads every byte of the model."""
        return self._model.fingerprint

    @property
    def source(self) -> str:
        """What opens this model again: its name or its folder."""
        return self._model.given

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._model.dimension

    @property
    def window(self) -> int:
        """Word pieces the model reads at most."""
        return self._model.window

    @property
    def spread(self) -> float:
        """How far apart the cosines of a question's best passages lie when the model tells them apart well."""
        return self._model.spread

    @property
    def is_multilingual(self) -> bool:
        """Whether a text in one language lies near the same in another."""
        return self._model.is_multilingual

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without special tokens."""
        return self._model.count_tokens(texts)

    def embed_passages(self, texts: Sequence[str], *, many: bool | None = None) -> Vectors:
        """Shape (len(texts), dimension). `many` says whether more will follow; default: judged by their number."""
        many = len(texts) > FEW if many is None else many
        _, before = self._model.prompts
        return self._embed([before + text for text in texts], many=many)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector, shape (dimension,), that a search compares passages with."""
        vector: Vectors = self.embed_queries([text])[0]
        return self._model.for_search(vector)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """As the model embeds queries; shape (len(texts), dimension)."""
        before, _ = self._model.prompts
        return self._embed([before + text for text in texts], many=False)

    def embed_alike(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), whose products have one range whatever the model is.

        Near 1 for the same in other words, near 0 for what has nothing to do with each other.
        """
        before, _ = self._model.prompts
        return self._without_common(before, self.embed_queries(texts))

    def embed_question(self, question: str, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """A question and what may answer it: unit vectors whose products have about the range of `embed_alike`."""
        before, before_passage = self._model.prompts
        if before or before_passage:
            vectors = self._without_common(before_passage, self.embed_passages(texts, many=False))
            knows = self._model.knows_questions
            return self.embed_query(question) if knows else self.embed_alike([question])[0], vectors
        vectors = self.embed_alike([question, *texts])
        return vectors[0], vectors[1:]

    def _without_common(self, before: str, vectors: Vectors) -> Vectors:
        if not self._model.is_crowded:
            return vectors
        from kb.indexing.centre import UNLIKE_TEXTS, without

        if before not in self._common:
            unlike = self._embed([before + text for text in UNLIKE_TEXTS], many=False)
            self._common[before] = unlike.mean(axis=0)
        return without(self._common[before], vectors)

    def _embed(self, texts: Sequence[str], *, many: bool) -> Vectors:
        if not texts:
            import numpy as np

            return np.empty((0, self.dimension), dtype=np.float32)
        light = None if many else self._model.light
        if light is None:
            return self._embed_in_bulk(texts)
        return light.embed(self._model.token_ids([_clean(text) for text in texts]))

    def _embed_in_bulk(self, texts: Sequence[str]) -> Vectors:
        clean = [_clean(text) for text in texts]
        if self._bulk is not None:
            return self._bulk.embed(clean)
        import numpy as np

        vectors = self._heavy.encode(
            clean,
            batch_size=_BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        result: Vectors = np.asarray(vectors, dtype=np.float32)
        # bfloat16 leaves lengths off by some thousandths.
        result /= np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-12)
        return result

    @cached_property
    def _bulk(self) -> BulkEncoder | None:
        model = self._heavy
        from kb.indexing import bulk

        return bulk.BulkEncoder(model) if bulk.is_supported(model) else None

    @cached_property
    def _heavy(self) -> Any:
        # kb never asks a model hub; without these the library does, for a model that is already here.
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
        report_nothing()
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        c_memory.return_large_blocks()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
            logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
            try:
                model = SentenceTransformer(
                    str(self._model.folder),
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"dtype": torch.bfloat16 if _has_bfloat16() else torch.float32},
                )
            except (OSError, ValueError, RuntimeError) as error:
                raise ModelUnusable(
                    f"The embedding model {self._model.folder} cannot be loaded: {error}. Choose another model."
                ) from error
        model.max_seq_length = self._model.window
        return model


def _has_bfloat16() -> bool:
    """Whether the processor (or GPU) multiplies bfloat16: 92 passages/s against 32, cosine 0.99998 to float32."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _clean(text: str) -> str:
    """Without lone surrogates, which tokenizers refuse; an empty text would have no vector."""
    return text.encode("utf-8", "replace").decode("utf-8") or " "
