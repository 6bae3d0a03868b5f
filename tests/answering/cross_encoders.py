"""Writes small cross-encoders that always say the same, through the real library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kb.indexing.embedding_model import DEFAULT, EmbeddingModel


def write_cross_encoder(folder: Path, logits: Mapping[str, float]) -> Path:
    """A model with one label for each of `logits`, which gives those to every pair of texts."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        id2label=dict(enumerate(logits)),
        label2id={label: number for number, label in enumerate(logits)},
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor(list(logits.values())))
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(EmbeddingModel(DEFAULT).folder).save_pretrained(folder)
    return folder
