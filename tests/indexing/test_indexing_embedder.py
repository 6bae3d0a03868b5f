"""Both ways to a vector agree, in every language."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.errors import ModelFileMissing
from kb.indexing.embedder import Embedder

TEXTS = [
    "What does quantisation do to a language model?",
    "Wie groß ist das Kontextfenster?",
    "语言模型如何工作？",
    "ما هو الرمز؟",
    "x",
    "long " * 400,
    "emoji 🦊 and `code = 1`",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder("all-MiniLM-L6-v2")


@pytest.mark.slow
def test_the_light_way_and_sentence_transformers_agree(embedder: Embedder) -> None:
    light, bulk = embedder.embed_queries(TEXTS), embedder.embed_passages(TEXTS, many=True)
    assert light.shape == bulk.shape == (len(TEXTS), 384)
    # bfloat16 costs some ten-thousandths where the processor has it.
    assert (light * bulk).sum(axis=1).min() >= 0.9995


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(embedder: Embedder) -> None:
    together = embedder.embed_queries(TEXTS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.allclose(embedder.embed_query(text), vector, atol=1e-4)


def test_odd_texts_have_vectors_too(embedder: Embedder) -> None:
    assert np.isfinite(embedder.embed_queries(["", "\ud800", "\x00"])).all()
    assert embedder.embed_queries([]).shape == (0, 384)


def test_word_pieces_are_counted_without_special_tokens(embedder: Embedder) -> None:
    assert embedder.count_tokens(["a token", ""]) == [2, 0]


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFileMissing, match=r"embedding\.model"):
        Embedder(str(tmp_path)).embed_query("x")
