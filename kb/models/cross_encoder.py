"""A cross-encoder: a model that reads two texts together and scores the pair. From a folder of sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import ModelFileMissing, ModelUnusable
from kb.settings.rules import expanded
from kb.silence import report_nothing


class CrossEncoderModel:
    """Loaded when it is first asked."""

    def __init__(self, folder: str, setting: str) -> None:
        """`setting` is the entry of kb.toml that names the folder, told in errors."""
        self._folder = expanded(folder)
        self._setting = setting

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._folder.name

    def scores(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """What the model makes of each pair, as its files say: shape (n,), or (n, labels) with several labels.

        Raises ModelFileMissing, ModelUnusable.
        """
        return np.asarray(self._model.predict(list(pairs), show_progress_bar=False), dtype=np.float32)

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Shape (n, labels), each row summing to 1; with one label, shape (n, 1), how likely it holds."""
        from torch.nn import Identity

        raw = self._model.predict(list(pairs), show_progress_bar=False, activation_fn=Identity())
        logits = np.asarray(raw, dtype=np.float32).reshape(len(pairs), -1)
        if logits.shape[1] == 1:
            # The other side of a single logit is 0.
            return _softmax(np.hstack([logits, np.zeros_like(logits)]))[:, :1]
        return _softmax(logits)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The names of what it tells apart, lower case. Raises ModelFileMissing, ModelUnusable."""
        config = self._model.model.config
        return tuple(config.id2label[number].casefold() for number in range(config.num_labels))

    @cached_property
    def _model(self) -> Any:
        report_nothing()
        from sentence_transformers import CrossEncoder

        if not self._folder.is_dir():
            raise ModelFileMissing(
                f"There is no folder {self._folder} with a cross-encoder. Set {self._setting} in kb.toml to the folder of "
                "a sentence-transformers CrossEncoder, or leave it out."
            )
        try:
            return CrossEncoder(str(self._folder), local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelUnusable(
                f"{self._folder} holds no cross-encoder that can be loaded ({str(error).partition(chr(10))[0][:120]}). "
                f"Set {self._setting} to another folder, or leave it out."
            ) from error


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return shares
