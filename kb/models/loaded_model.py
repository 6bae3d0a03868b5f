"""A model file as llama.cpp has loaded it: its weights, what it says of itself, and its tokens."""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path
from typing import Any

from kb.errors import ModelUnusable
from kb.models import llama_log
from kb.models.llama_library import llama
from kb.models.text_stream import THINKING_TAGS

_CACHE_BYTES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}  # a value; quantised ones share a scale by 32
_THINKING_MARKS = {mark.encode() for tags in THINKING_TAGS for mark in tags}


class LoadedModel:
    """The weights of one file. Belongs to the thread that made it."""

    def __init__(self, path: Path, gpu_layers: int) -> None:
        """Raises ModelUnusable for a file that cannot be loaded or does not write text."""
        self.path = path
        self.handle: Any = None
        self.vocab: Any = None
        self.metadata: dict[str, str] = {}
        self.offloaded = 0  # layers on a GPU
        self._words: dict[str, list[int]] = {}  # the tokens that are a word
        try:
            self._load(gpu_layers)
        except BaseException:
            self.close()
            raise

    def _load(self, gpu_layers: int) -> None:
        has_gpu = bool(llama.llama_supports_gpu_offload())
        llama_log.forget()
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = (0x7FFFFFFF if gpu_layers < 0 else gpu_layers) if has_gpu else 0
        # Repacked weights crash where the processor announces AMX and the hypervisor does not allow it.
        parameters.use_extra_bufts = False
        self.handle = llama.llama_model_load_from_file(os.fsencode(self.path), parameters)
        if not self.handle:
            raise ModelUnusable(
                f"{self.path.name} cannot be loaded by llama.cpp: {llama_log.reason()} Choose another .gguf file."
            )
        offloaded = re.search(r"offloaded (\d+)/\d+ layers", llama_log.text())
        self.offloaded = int(offloaded.group(1)) if offloaded and has_gpu else 0
        self.vocab = llama.llama_model_get_vocab(self.handle)
        if llama.llama_model_has_encoder(self.handle) or not llama.llama_model_has_decoder(self.handle):
            raise ModelUnusable(
                f"{self.path.name} is not a model that writes text. Choose an instruct model in .gguf form."
            )
        self.metadata = self._read_metadata()

    def cache_bytes_per_token(self, kv_cache: str) -> int:
        """What the context takes for each token, kept as `kv_cache`."""
        heads = max(1, llama.llama_model_n_head(self.handle))
        head = llama.llama_model_n_embd(self.handle) // heads
        values = head * llama.llama_model_n_head_kv(self.handle) * llama.llama_model_n_layer(self.handle)
        return int(2 * _CACHE_BYTES[kv_cache] * values)  # keys and values

    def _read_metadata(self) -> dict[str, str]:
        values = {}
        for index in range(llama.llama_model_meta_count(self.handle)):
            key = self._meta_text(llama.llama_model_meta_key_by_index, index)
            values[key] = self._meta_text(llama.llama_model_meta_val_str_by_index, index)
        return values

    def _meta_text(self, read: Any, index: int) -> str:
        size = 1024
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = read(self.handle, index, buffer, size)
            if length < size:
                return buffer.value.decode("utf-8", "replace")
            size = length + 1

    @property
    def architecture(self) -> str:
        """Such as "llama"; empty where the file does not say."""
        return self.metadata.get("general.architecture", "")

    @property
    def template(self) -> str:
        """Its chat template; empty where it has none."""
        return self.metadata.get("tokenizer.chat_template", "")

    def tokenise(self, text: str, *, special: bool = False) -> list[int]:
        """Tokens of `text`; control tokens written in it count only if `special`."""
        # A lone surrogate cannot be encoded; it stands for a byte that was no text to begin with.
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (llama.llama_token * room)()
        count = llama.llama_tokenize(self.vocab, data, len(data), tokens, room, False, special)
        if count < 0:
            room = -count
            tokens = (llama.llama_token * room)()
            count = llama.llama_tokenize(self.vocab, data, len(data), tokens, room, False, special)
        return list(tokens[:count])

    def control(self, text: str) -> int | None:
        """The one token that `text` is, None if it takes several."""
        tokens = self.tokenise(text, special=True)
        return tokens[0] if len(tokens) == 1 else None

    def opening(self) -> list[int]:
        """The token every prompt begins with, if the model has one."""
        first = llama.llama_vocab_bos(self.vocab)
        return [first] if llama.llama_vocab_get_add_bos(self.vocab) and first >= 0 else []

    def piece(self, token: int) -> bytes:
        """The bytes a token adds to the text; none for control tokens but those around thinking."""
        if llama.llama_vocab_is_control(self.vocab, token):
            text: bytes = llama.llama_vocab_get_text(self.vocab, token) or b""
            return text if text in _THINKING_MARKS else b""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = llama.llama_token_to_piece(self.vocab, token, buffer, size, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def forms_of(self, word: str) -> list[int]:
        """The tokens that are `word`, whatever their case and the spaces around; else the one that it begins with."""
        if word not in self._words:
            size = llama.llama_vocab_n_tokens(self.vocab)
            wanted = word.encode()
            found = [token for token in range(size) if self.piece(token).strip().lower() == wanted]
            self._words[word] = found or self.tokenise(word)[:1]
        return self._words[word]

    def close(self) -> None:
        """Free the weights; closing twice is fine."""
        if self.handle:
            llama.llama_model_free(self.handle)
        self.handle = None
