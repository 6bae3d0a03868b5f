"""Both ways to a vector agree, in every language."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from kb.errors import ModelFileMissing
from kb.indexing.embedder import Embedder
from kb.indexing.embedding_model import DEFAULT, EmbeddingModel

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


@pytest.mark.slow
def test_a_model_with_another_kind_of_mean_is_left_to_sentence_transformers(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer  # takes seconds

    folder = tmp_path / "first-token"
    shutil.copytree(EmbeddingModel(DEFAULT).folder, folder)
    pooling = folder / "1_Pooling" / "config.json"
    kept = {
        "word_embedding_dimension": 384,
        "pooling_mode_cls_token": True,
        "pooling_mode_mean_tokens": False,
    }
    pooling.write_text(json.dumps(kept), encoding="utf-8")
    made = Embedder(str(folder)).embed_passages(TEXTS, many=True)
    library = SentenceTransformer(str(folder), local_files_only=True, device="cpu")
    expected = library.encode(TEXTS, normalize_embeddings=True)
    assert (made * expected).sum(axis=1).min() >= 0.99


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


@pytest.mark.parametrize(
    ("name", "stored", "query", "passage"),
    [
        ("multilingual-e5-small", None, "query: ", "passage: "),
        ("nomic-embed-text", None, "search_query: ", "search_document: "),
        ("mine", {"query": "ask: ", "document": "say: "}, "ask: ", "say: "),
        ("gte-small", None, "", ""),
    ],
)
def test_what_a_model_wants_before_a_text_is_put_there(
    tmp_path: Path, name: str, stored: dict[str, str] | None, query: str, passage: str
) -> None:
    folder = tmp_path / name
    shutil.copytree(EmbeddingModel(DEFAULT).folder, folder)
    if stored:
        (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": stored}))
    plain, prompted = Embedder(DEFAULT), Embedder(str(folder))
    text = "Oolong is half oxidised."
    assert prompted.embed_query(text) == pytest.approx(plain.embed_query(query + text))
    assert prompted.embed_passages([text]) == pytest.approx(plain.embed_queries([passage + text]))
    question, told = prompted.embed_question(text, [text])
    if not prompted.name.startswith("multilingual-e5"):  # whose vectors lose what they have in common
        assert question @ told[0] == pytest.approx(
            float(prompted.embed_query(text) @ prompted.embed_passages([text])[0])
        )
    assert (prompted.name.rpartition("-")[2] == plain.name.rpartition("-")[2]) is not (query != "")
