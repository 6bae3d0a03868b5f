"""A BERT encoder in NumPy: the light way to embed a query, without the seconds that importing torch takes.

Reads the weights of the same file that sentence-transformers reads, memory-mapped, and computes in float32:
token, position and type embeddings, then per layer self-attention and a feed-forward net, each with a residual and
a layer norm after it (Devlin et al., "BERT", 2018); the mean over tokens, scaled to length 1 (Reimers and Gurevych,
"Sentence-BERT", 2019).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

_FEW_TOKENS = 64
_ROWS = 32  # of weights multiplied at once for few tokens
_BATCH_TOKENS = 1024  # padded tokens computed at once; larger batches gain nothing on a few cores
# Abramowitz and Stegun 7.1.26: the error function to 1.5e-7, all that float32 can hold.
_ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
_ERF_P = 0.3275911


def is_supported(folder: Path) -> bool:
    """Whether the sentence-transformers model in `folder` is a BERT with mean pooling and no query prompt."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return (
        config.get("architectures") == ["BertModel"]
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and pooling.get("pooling_mode_mean_tokens") is True
        and not any(
            value for key, value in pooling.items() if key != "pooling_mode_mean_tokens" and _is_mode(key)
        )
        and (folder / "model.safetensors").is_file()
    )


class Bert:
    """Embeds token ids; loading maps the file and copies nothing."""

    def __init__(self, folder: Path) -> None:
        from safetensors import safe_open

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.dimension: int = config["hidden_size"]
        self._heads: int = config["num_attention_heads"]
        self._epsilon: float = config["layer_norm_eps"]
        with safe_open(str(folder / "model.safetensors"), framework="numpy") as file:
            weights = {name.removeprefix("bert."): file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        embeddings = "embeddings."
        self._words = _single(weights[embeddings + "word_embeddings.weight"])
        self._positions = _single(weights[embeddings + "position_embeddings.weight"])
        self._type = _single(weights[embeddings + "token_type_embeddings.weight"])[0]
        self._norm = _pair(weights, embeddings + "LayerNorm")
        self._layers = [_Layer(weights, f"encoder.layer.{n}.") for n in range(config["num_hidden_layers"])]

    def embed(self, batch: Sequence[Sequence[int]]) -> Matrix:
        """One L2-normalised vector a sequence of token ids (special tokens included), shape (n, dimension)."""
        vectors = np.empty((len(batch), self.dimension), dtype=np.float32)

        def fill(rows: list[int]) -> None:
            vectors[rows] = self._embed_together([batch[row] for row in rows])

        groups = by_length(batch)
        # BLAS threads wait for each other by spinning: beside another busy process a query took 600 ms, not 18.
        with self._threads.limit(limits=1, user_api="blas"):
            if len(groups) == 1:
                fill(groups[0])
            else:
                with ThreadPoolExecutor(os.cpu_count()) as threads:
                    list(threads.map(fill, groups))
        return vectors

    @cached_property
    def _threads(self) -> Any:
        from threadpoolctl import ThreadpoolController

        return ThreadpoolController()

    def _embed_together(self, batch: Sequence[Sequence[int]]) -> Matrix:
        width = max(map(len, batch))
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros((len(batch), width), dtype=np.float32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        states = self._states(ids, mask)
        mean = np.einsum("nld,nl->nd", states, mask) / mask.sum(axis=1, keepdims=True)
        vectors: Matrix = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
        return vectors

    def _states(self, ids: NDArray[np.int64], mask: Matrix) -> Matrix:
        states = self._words[ids] + self._positions[: ids.shape[1]] + self._type
        states = _layer_norm(states, *self._norm, self._epsilon)
        bias = ((1 - mask) * np.float32(-1e9))[:, None, None, :]
        for layer in self._layers:
            states = layer(states, bias, self._heads, self._epsilon)
        return states


class _Layer:
    def __init__(self, weights: dict[str, Any], name: str) -> None:
        attention = name + "attention.self."
        self._query = _pair(weights, attention + "query")
        self._key = _pair(weights, attention + "key")
        self._value = _pair(weights, attention + "value")
        self._out = _pair(weights, name + "attention.output.dense")
        self._out_norm = _pair(weights, name + "attention.output.LayerNorm")
        self._wide = _pair(weights, name + "intermediate.dense")
        self._narrow = _pair(weights, name + "output.dense")
        self._norm = _pair(weights, name + "output.LayerNorm")

    def __call__(self, states: Matrix, bias: Matrix, heads: int, epsilon: float) -> Matrix:
        count, width, size = states.shape

        def split(part: tuple[Matrix, Matrix]) -> Matrix:
            return _linear(states, part).reshape(count, width, heads, size // heads).transpose(0, 2, 1, 3)

        scores = split(self._query) @ split(self._key).swapaxes(2, 3)
        scores = scores / np.float32(math.sqrt(size // heads)) + bias
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ split(self._value)).transpose(0, 2, 1, 3).reshape(count, width, size)
        states = _layer_norm(states + _linear(mixed, self._out), *self._out_norm, epsilon)
        wide = _gelu(_linear(states, self._wide))
        return _layer_norm(states + _linear(wide, self._narrow), *self._norm, epsilon)


def by_length(batch: Sequence[Sequence[int]]) -> list[list[int]]:
    """The rows of `batch` in groups of like length, so that little is computed for padding."""
    groups: list[list[int]] = []
    for row in sorted(range(len(batch)), key=lambda row: len(batch[row])):
        if groups and (len(groups[-1]) + 1) * len(batch[row]) <= _BATCH_TOKENS:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _linear(values: Matrix, part: tuple[Matrix, Matrix]) -> Matrix:
    weight, bias = part
    flat = values.reshape(-1, values.shape[-1])
    if len(flat) <= _FEW_TOKENS and len(weight) % _ROWS == 0:
        # For the few tokens of a query, BLAS spends most of its time on copying weights into another order, which it
        # leaves out for small matrices: 5.5 ms instead of 12 for 17 tokens.
        rows = weight.reshape(-1, _ROWS, weight.shape[1])
        product = np.matmul(rows, np.ascontiguousarray(flat.T)).reshape(len(weight), -1).T
    else:
        product = flat @ weight.T
    result: Matrix = (product + bias).reshape(*values.shape[:-1], -1)
    return result


def _layer_norm(values: Matrix, weight: Matrix, bias: Matrix, epsilon: float) -> Matrix:
    centred = values - values.mean(axis=-1, keepdims=True)
    variance = np.mean(centred * centred, axis=-1, keepdims=True)
    normed: Matrix = centred / np.sqrt(variance + np.float32(epsilon)) * weight + bias
    return normed


def _gelu(values: Matrix) -> Matrix:
    """x/2 · (1 + erf(x/√2)) (Hendrycks and Gimpel, 2016)."""
    scaled = np.abs(values) * np.float32(1 / math.sqrt(2))
    t = 1 / (1 + np.float32(_ERF_P) * scaled)
    series = np.zeros_like(t)
    for coefficient in reversed(_ERF):
        series = (series + np.float32(coefficient)) * t
    erf = np.copysign(1 - series * np.exp(-scaled * scaled), values)
    result: Matrix = np.float32(0.5) * values * (1 + erf)
    return result


def _pair(weights: dict[str, Any], name: str) -> tuple[Matrix, Matrix]:
    return _single(weights[name + ".weight"]), _single(weights[name + ".bias"])


def _single(weight: Any) -> Matrix:
    return np.asarray(weight, dtype=np.float32)


def _is_mode(key: str) -> bool:
    return key.startswith("pooling_mode_")
