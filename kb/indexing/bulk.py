"""BERT over many passages on a processor: the weights that sentence-transformers loaded, in batches of few tokens.

Passages of about the same length go together, so that hardly any padding is computed, and a batch fits the processor's
cache. Attention is two plain matrix products, which PyTorch's fused attention is slower than on processors in bfloat16.
Together this embeds 1.5 times as many passages as the library's own way (tests/bench/README.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

_TOKENS = 1_024  # of a batch; 2,048 were 7 % slower
_NOT_SEEN = -1e9  # added to the score of padding


class _Layer(NamedTuple):
    weight: torch.Tensor  # of queries, keys and values, shape (3 * size, size)
    bias: torch.Tensor
    attended: Any
    attended_norm: Any
    wide: Any
    narrow: Any
    norm: Any


class BulkEncoder:
    """Embeds tokens as a sentence-transformers model does that `is_supported` holds for."""

    def __init__(self, model: Any) -> None:
        self._bert = model[0].auto_model
        self._tokenizer = model.tokenizer
        self._window = int(model.max_seq_length)
        self._heads = int(self._bert.config.num_attention_heads)
        self._size = int(self._bert.config.hidden_size)
        with torch.inference_mode():
            self._layers = [_layer(layer) for layer in self._bert.encoder.layer]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension)."""
        ids = self._tokenizer(list(texts), truncation=True, max_length=self._window)["input_ids"]
        vectors = np.empty((len(ids), self._size), dtype=np.float32)
        with torch.inference_mode():
            for batch in _batches([len(one) for one in ids]):
                vectors[batch] = self._forward([ids[place] for place in batch])
        return vectors

    def _forward(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        lengths = torch.tensor([len(one) for one in ids])
        longest = int(lengths.max())
        padded = torch.tensor([[*one, *[0] * (longest - len(one))] for one in ids])
        seen = torch.arange(longest)[None] < lengths[:, None]  # (batch, tokens)
        state = self._bert.embeddings(padded)
        hidden = None
        if not bool(seen.all()):
            hidden = torch.zeros(seen.shape, dtype=state.dtype).masked_fill(~seen, _NOT_SEEN)
            hidden = hidden.repeat_interleave(self._heads, dim=0)[:, None]  # (batch * heads, 1, tokens)
        for layer in self._layers:
            state = layer.attended_norm(state + layer.attended(self._attention(layer, state, hidden)))
            state = layer.norm(state + layer.narrow(functional.gelu(layer.wide(state))))
        weights = seen[..., None].float()
        mean = (state.float() * weights).sum(1) / weights.sum(1)
        found: NDArray[np.float32] = functional.normalize(mean, dim=1).numpy()
        return found

    def _attention(self, layer: _Layer, state: torch.Tensor, hidden: torch.Tensor | None) -> torch.Tensor:
        batch, tokens, size = state.shape
        head = size // self._heads
        parts = functional.linear(state, layer.weight, layer.bias).view(batch, tokens, 3, self._heads, head)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4).reshape(3, batch * self._heads, tokens, head)
        scores = torch.bmm(queries, keys.transpose(1, 2)).mul_(head**-0.5)
        if hidden is not None:
            scores += hidden
        read = torch.bmm(torch.softmax(scores, dim=-1), values)
        return read.view(batch, self._heads, tokens, head).transpose(1, 2).reshape(batch, tokens, size)


def is_supported(model: Any) -> bool:
    """Whether a sentence-transformers model is BERT with the mean of its tokens, on a processor."""
    if model.device.type != "cpu" or [type(part).__name__ for part in model] not in (
        ["Transformer", "Pooling"],
        ["Transformer", "Pooling", "Normalize"],
    ):
        return False
    bert, pooling = model[0].auto_model, model[1].get_config_dict()
    config = bert.config
    return (
        type(bert).__name__ == "BertModel"
        and config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", None) in (None, "absolute")
        and pooling.get("pooling_mode") == "mean"
        and bool(pooling.get("include_prompt", True))
    )


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of about one length, so many that they have about `_TOKENS` tokens with their padding."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > _TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _layer(layer: Any) -> _Layer:
    own, out = layer.attention.self, layer.attention.output
    return _Layer(
        torch.cat([own.query.weight, own.key.weight, own.value.weight]),
        torch.cat([own.query.bias, own.key.bias, own.value.bias]),
        out.dense,
        out.LayerNorm,
        layer.intermediate.dense,
        layer.output.dense,
        layer.output.LayerNorm,
    )
