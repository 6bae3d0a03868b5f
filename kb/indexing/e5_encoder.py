"""Runs multilingual-e5-small without torch: for queries and few passages.

onnxruntime, which comes with chromadb, computes the layers on the package's own blocks of 4 bits (e5.onnx is their graph
without any weight; training/embedding_graph.py writes it); rows of the word table are unpacked as they are needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import ModelUnusable
from kb.indexing.bert import by_length
from kb.indexing.e5_package import E5Package
from kb.shortage import shortage
from kb.silence import report_nothing

Matrix = NDArray[np.float32]
_GRAPH = Path(__file__).parent / "e5.onnx"
_HIDDEN = np.float32(-1e4)  # added to the attention to padding
_MOST_THREADS = 4
_LINEAR = ("q", "k", "v", "ao", "fi", "fo")
_NORMS = ("aln", "oln")


class E5Encoder:
    """Embeds token ids; opening it maps the package and loads 15 MB."""

    def __init__(self, package: E5Package) -> None:
        self._package = package
        size = package.shape.size
        types = package.tensor("emb.type", (package.shape.types, size))
        self._positions = package.tensor("emb.pos", (package.shape.positions, size)) + types[0]
        self._scale = package.tensor("emb.ln.w", (size,))
        self._shift = package.tensor("emb.ln.b", (size,))

    def embed(self, batch: Sequence[Sequence[int]]) -> Matrix:
        """One L2-normalised vector a sequence of token ids (special tokens included), shape (n, dimension)."""
        vectors = np.empty((len(batch), self._package.shape.size), dtype=np.float32)
        for rows in by_length(batch):
            vectors[rows] = self._embed_together([batch[row] for row in rows])
        return vectors

    def _embed_together(self, batch: Sequence[Sequence[int]]) -> Matrix:
        width = max(map(len, batch))
        ids = np.full((len(batch), width), self._package.pad, dtype=np.int64)
        seen = np.zeros((len(batch), width), dtype=np.float32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            seen[row, : len(tokens)] = 1
        states = self._package.words(ids) + self._positions[:width]
        states -= states.mean(axis=-1, keepdims=True)
        states /= np.sqrt(
            np.mean(states * states, axis=-1, keepdims=True) + np.float32(self._package.shape.epsilon)
        )
        bias = ((1 - seen) * _HIDDEN)[:, None, None, :]
        [last] = self._session.run(["last"], {"states": states * self._scale + self._shift, "bias": bias})
        mean = np.einsum("nld,nl->nd", last, seen) / seen.sum(axis=1, keepdims=True)
        vectors: Matrix = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
        return vectors

    @cached_property
    def _session(self) -> Any:
        report_nothing()
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(_MOST_THREADS, os.cpu_count() or 1)
        # Threads that spin while they wait slow down whatever else the machine does.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4
        # onnxruntime copies none of these arrays before the session is made.
        weights = {name: np.ascontiguousarray(weight) for name, weight in _weights(self._package)}
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(weight) for weight in weights.values()]
        options.add_external_initializers(list(weights), values)
        try:
            return onnxruntime.InferenceSession(
                _GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            first = str(error).partition("\n")[0][:200] or type(error).__name__
            raise ModelUnusable(
                shortage(error) or f"The multilingual model cannot be run: {first}. Install kb again."
            ) from error


def _weights(package: E5Package) -> Iterator[tuple[str, NDArray[Any]]]:
    """The layers' weights under the names that the graph has for them."""
    size, inner = package.shape.size, package.shape.inner
    for layer in range(package.shape.layers):
        for part in _LINEAR:
            name = f"l{layer}.{part}"
            outputs = inner if part == "fi" else size
            blocks = package.blocks(f"{name}.w")
            scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
            yield f"{name}.w.scales", scales.reshape(-1)
            yield f"{name}.w", _neighbours(blocks[:, 2:]).reshape(outputs, -1, blocks.shape[1] - 2)
            yield f"{name}.b", package.tensor(f"{name}.b", (outputs,))
        for part in _NORMS:
            for kind in "wb":
                yield f"l{layer}.{part}.{kind}", package.tensor(f"l{layer}.{part}.{kind}", (size,))


def _neighbours(halves: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bytes that hold weights i and i + 16 of a block, as bytes that hold weights 2i and 2i + 1."""
    single = np.concatenate([halves & 15, halves >> 4], axis=1)
    paired: NDArray[np.uint8] = single[:, 0::2] | (single[:, 1::2] << 4)
    return paired
