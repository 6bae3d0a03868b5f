"""`base.models`: the language model, the trained reader and what embeds, each loaded when it is first asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kb.indexing.embedder import Embedder
    from kb.models.language_model import LanguageModel
    from kb.reading.reader import Reader
    from kb.reading.reading import Reading, Support


class Models:
    """The models of a knowledge base."""

    def __init__(self, open_model: Callable[[], LanguageModel], embedder: Callable[[], Embedder]) -> None:
        self._open_model = open_model
        self._embedder = embedder

    @cached_property
    def language(self) -> LanguageModel:
        """The language model in force."""
        return self._open_model()

    @property
    def loaded_language(self) -> LanguageModel | None:
        """The language model, if it was opened before."""
        return self.__dict__.get("language")

    @cached_property
    def reader(self) -> Reader:
        """What finds the answer to a question in passages."""
        from kb.reading.reader import Reader
        from kb.settings import cache_folder

        return Reader(cache_folder())

    @property
    def embedder(self) -> Embedder:
        """What turns texts into vectors as the index has them."""
        return self._embedder()

    @cached_property
    def comparer(self) -> Embedder:
        """What compares texts in any languages: the multilingual model, whatever the notes are embedded with."""
        from kb.indexing.embedder import Embedder

        own = self.embedder
        return own if own.is_multilingual else Embedder("multilingual-e5-small")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A unit vector for each text, shape (n, dimension), to compare them with each other."""
        return self.embedder.embed_alike(texts)

    def alike(self, one: str, other: str) -> float:
        """The cosine of two texts, in any two languages, whatever model the notes are embedded with."""
        first, second = self.comparer.embed_alike([one, other])
        return float(first @ second)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Where each of `passages` holds the answer to `question`, and how likely. Raises ModelError without a reader."""
        from kb.reading.reading import Text

        return self.reader.read(question, [Text(passage) for passage in passages])

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[Support]:
        """For each (statement, premise): whether the premise entails or contradicts it. Raises ModelError without a reader."""
        return self.reader.supports(pairs)

    def close(self) -> None:
        """Give the language model's memory back."""
        model: LanguageModel | None = self.__dict__.pop("language", None)
        if model is not None:
            model.close()
