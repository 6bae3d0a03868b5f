"""Runs the reader's graph: token ids in, logits out, without torch.

The word table and the tokenizer are those of multilingual-e5-small, mapped from its package; only the layers above them
are the reader's own (reader.onnx, in 8 bits). onnxruntime comes with chromadb.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import ReaderUnusable
from kb.indexing.e5_package import E5Package
from kb.shortage import shortage
from kb.silence import report_nothing

Matrix = NDArray[np.float32]
WEIGHTS = Path(__file__).parent / "reader.onnx"
_EPSILON = np.float32(1e-5)
_BATCH_TOKENS = 1024


class Encoder:
    """The graph and the embeddings below it, opened once."""

    def __init__(self, package: E5Package, weights: Path = WEIGHTS) -> None:
        self._package = package
        self._session = _open(weights)
        size = package.shape.size
        types = package.tensor("emb.type", (package.shape.types, size))
        self._positions = package.tensor("emb.pos", (package.shape.positions, size)) + types[0]
        self._scale = package.tensor("emb.ln.w", (size,))
        self._shift = package.tensor("emb.ln.b", (size,))

    def run(self, rows: Sequence[Sequence[int]]) -> list[tuple[Matrix, float, Matrix]]:
        """For each row of token ids: logits of start and end (tokens, 2), answerable, and sentence support (3,)."""
        results: list[tuple[Matrix, float, Matrix] | None] = [None] * len(rows)
        for group in _by_length(rows):
            spans, answerable, labels = self._run_together([rows[number] for number in group])
            for place, number in enumerate(group):
                length = len(rows[number])
                results[number] = (spans[place, :length], float(answerable[place, 0]), labels[place])
        return [result for result in results if result is not None]

    def _run_together(self, rows: Sequence[Sequence[int]]) -> tuple[Matrix, Matrix, Matrix]:
        width = max(map(len, rows))
        ids = np.full((len(rows), width), self._package.pad, dtype=np.int64)
        mask = np.zeros((len(rows), width), dtype=np.int32)  # 1 for a token, 0 for padding
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        states = self._package.words(ids) + self._positions[:width]
        states -= states.mean(axis=-1, keepdims=True)
        states /= np.sqrt(np.mean(states * states, axis=-1, keepdims=True) + _EPSILON)
        inputs = {"states": states * self._scale + self._shift, "mask": mask}
        spans, answerable, labels = self._session.run(["spans", "answerable", "labels"], inputs)
        return spans, answerable, labels


def _open(weights: Path) -> Any:
    report_nothing()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(4, os.cpu_count() or 1)
    # Threads that spin while they wait slow down whatever else the machine does.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        first = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ReaderUnusable(
            shortage(error)
            or f"The reader {weights} cannot be loaded: {first}. Install kb again; until then it answers without it."
        ) from error


def _by_length(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    groups: list[list[int]] = []
    for number in sorted(range(len(rows)), key=lambda number: len(rows[number])):
        if groups and (len(groups[-1]) + 1) * len(rows[number]) <= _BATCH_TOKENS:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups
