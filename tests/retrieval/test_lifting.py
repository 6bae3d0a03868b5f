"""Ways of ranking that are off until a vault gains by them: links, and a cross-encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import ModelFileMissing, ModelUnusable
from kb.indexing.embedding_model import DEFAULT, EmbeddingModel
from kb.knowledge_base import KnowledgeBase
from kb.retrieval.graph import pagerank_boost
from kb.retrieval.reranker import Reranker
from kb.settings import Settings
from tests.support import write_notes

NOTES = {
    "Kettle.md": "# Kettle\n\nA kettle boils water for tea. See [[Fujian]].\n",
    "Fujian.md": "# Fujian\n\nA province with old gardens of tea.\n",
    "Assam.md": "# Assam\n\nA province with old gardens of tea.\n\nAnd of more.\n",
}


def test_notes_near_the_best_ones_are_lifted_most() -> None:
    lift = pagerank_boost({1: 1.0, 2: 0.4, 3: 0.4}, [(1, 2), (2, 4), (3, 5)], weight=0.2)
    assert 0 < max(lift.values()) <= 0.2
    assert lift[2] > lift.get(3, 0.0)
    assert lift[2] > lift[4] > 0
    assert pagerank_boost({1: 1.0}, [], weight=0.2) == {}


def test_links_change_the_order_only_when_they_are_wanted(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    base = KnowledgeBase(Settings(tmp_path / "vault", tmp_path / "index"))
    base.index()
    lifting = base.retriever_with(replace(base.settings.retrieval, graph_weight=0.3))
    plain = {hit.passage.note_path: hit.score for hit in base.search("kettle, a province with gardens")}
    linked = {hit.passage.note_path: hit.score for hit in lifting.search("kettle, a province with gardens")}
    base.close()
    assert set(plain) == set(linked)
    assert linked["Fujian.md"] - linked["Assam.md"] > plain["Fujian.md"] - plain["Assam.md"]
    assert all(0 <= score <= 1 for score in linked.values())


def test_a_reranker_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileMissing, match="CrossEncoder"):
        Reranker(str(tmp_path / "nowhere")).blended("tea", ["tea"], [1.0])
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelUnusable):
        Reranker(str(tmp_path)).blended("tea", ["tea"], [1.0])


@pytest.mark.slow
def test_a_cross_encoder_is_blended_with_the_search(tmp_path: Path) -> None:
    """An untrained one of two small layers: it ranks at random, but through the real library."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path / "reranker"
    config = BertConfig(  # type: ignore[call-arg]
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, num_labels=1
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(EmbeddingModel(DEFAULT).folder).save_pretrained(folder)
    write_notes(tmp_path / "vault", NOTES)
    settings = Settings(tmp_path / "vault", tmp_path / "index")
    base = KnowledgeBase(replace(settings, retrieval=replace(settings.retrieval, reranker=str(folder))))
    base.index()
    hits = base.search("gardens of tea", limit=2)
    plain = base.retriever_with(settings.retrieval).search("gardens of tea", limit=3)
    base.close()
    assert len(hits) == 2
    assert {hit.passage.note_path for hit in hits} <= {hit.passage.note_path for hit in plain}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in hits)
