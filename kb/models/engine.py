"""llama.cpp, driven through its C interface.

The `Llama` class of llama-cpp-python is not used: it compiles the file's chat template, points the whole
process's stdout and stderr elsewhere while loading, and offers no way to stop a prompt being read.
"""

from __future__ import annotations

import ctypes
import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kb.errors import ModelUnusable, PromptTooLong
from kb.models import llama_log, machine
from kb.models.language_model import Options, Usage
from kb.models.llama_library import llama
from kb.models.pace import Pace
from kb.models.sampler import NoTokenFits, Sampler
from kb.models.text_stream import THINKING_TAGS

BATCH = 512  # tokens evaluated at once
_CONTEXT_STEP = 256  # llama.cpp rounds the context up to this
_SMALLEST_CONTEXT = 512
_REPLAYED = 2  # tokens of a remembered prompt evaluated again, for their logits
_CACHE_BYTES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}  # a value; quantised ones share a scale by 32
_ABORTED = 2  # llama_decode's return value after an abort
_THINKING_MARKS = {mark.encode() for tags in THINKING_TAGS for mark in tags}


class StopFlag:
    """A byte both Python and llama.cpp look at: nonzero means stop."""

    def __init__(self) -> None:
        self.buffer = ctypes.create_string_buffer(2)

    def set(self) -> None:
        self.buffer[0] = b"\x01"

    def __bool__(self) -> bool:
        return self.buffer[0] != b"\0"


# llama.cpp asks at every step of its graph whether to stop. A Python function would take the interpreter's
# lock hundreds of times a token; `strlen` of the flag's bytes gives the same answer, 0 or 1, in plain C.
_ask = ctypes.cast(ctypes.CDLL(None).strlen, llama.ggml_abort_callback)


@dataclass(frozen=True, slots=True)
class Report:
    """The settings really in force."""

    path: Path
    architecture: str
    parameters: int
    quantisation: str
    bytes: int
    context: int
    trained_context: int
    layers: int
    gpu_layers_asked: int
    gpu_layers_offloaded: int
    threads: int
    flash_attention: bool
    kv_cache: str
    chat_format: str
    backend: str


class Engine:
    """One loaded model with one context. Everything but StopFlag belongs to the thread that made it."""

    def __init__(
        self, path: Path, *, context: int, threads: int = 0, gpu_layers: int = -1, kv_cache: str = "f16"
    ) -> None:
        llama_log.keep()
        llama.llama_backend_init()
        self.path = path
        self.usage = Usage()
        self._model: Any = None
        self._context: Any = None
        self._cached: list[int] = []  # tokens whose keys and values are in memory
        self._words: dict[str, list[int]] = {}  # the tokens that are a word
        self._gpu = bool(llama.llama_supports_gpu_offload())
        self._gpu_asked = gpu_layers
        self._kv_cache = kv_cache
        self._threads = threads or machine.cores()
        self._pace = Pace(self._threads)
        self._writing = self._threads  # threads that write, of those that read a prompt
        try:
            self._load(gpu_layers)
            self._open_context(context)
        except BaseException:
            self.close()
            raise

    def _load(self, gpu_layers: int) -> None:
        llama_log.forget()
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = (0x7FFFFFFF if gpu_layers < 0 else gpu_layers) if self._gpu else 0
        # Repacked weights crash where the processor announces AMX and the hypervisor does not allow it.
        parameters.use_extra_bufts = False
        self._model = llama.llama_model_load_from_file(str(self.path).encode(), parameters)
        if not self._model:
            raise ModelUnusable(
                f"{self.path.name} cannot be loaded by llama.cpp: {llama_log.reason()} Choose another .gguf file."
            )
        offloaded = re.search(r"offloaded (\d+)/\d+ layers", llama_log.text())
        self._offloaded = int(offloaded.group(1)) if offloaded and self._gpu else 0
        self._vocab = llama.llama_model_get_vocab(self._model)
        if llama.llama_model_has_encoder(self._model) or not llama.llama_model_has_decoder(self._model):
            raise ModelUnusable(
                f"{self.path.name} is not a model that writes text. Choose an instruct model in .gguf form."
            )
        self.metadata = self._read_metadata()

    def _open_context(self, wanted: int) -> None:
        trained = llama.llama_model_n_ctx_train(self._model)
        size = min(wanted, trained) if trained > 0 else wanted
        size = max(_SMALLEST_CONTEXT, size // _CONTEXT_STEP * _CONTEXT_STEP)
        free = machine.free_memory()
        if free is not None and not self._offloaded:
            while size > _SMALLEST_CONTEXT and size * self._cache_bytes_per_token() > free // 2:
                size = max(_SMALLEST_CONTEXT, size // 2 // _CONTEXT_STEP * _CONTEXT_STEP)
        parameters = llama.llama_context_default_params()
        parameters.n_ctx = size
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_seq_max = 1
        parameters.n_threads = parameters.n_threads_batch = self._threads
        parameters.no_perf = False
        # On a CPU flash attention reads a prompt 1.1 times as fast, but its result depends on how the prompt
        # was cut: a reused prefix would then change the answer. Without it both are equal to the last bit.
        # Quantised values can be read by flash attention alone.
        self._flash = bool(self._offloaded) or self._kv_cache != "f16"
        parameters.type_k = parameters.type_v = getattr(llama, f"GGML_TYPE_{self._kv_cache.upper()}")
        parameters.flash_attn_type = (
            llama.LLAMA_FLASH_ATTN_TYPE_ENABLED
            if self._kv_cache != "f16"
            else llama.LLAMA_FLASH_ATTN_TYPE_AUTO
            if self._flash
            else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        self._context = llama.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise ModelUnusable(
                f"There is not enough memory for {self.path.name}: {llama_log.reason()} "
                "Set a smaller models.context in kb.toml, or choose a smaller model."
            )
        self._memory = llama.llama_get_memory(self._context)
        if not self._memory:
            raise ModelUnusable(
                f"{self.path.name} makes embeddings and cannot write text. Choose an instruct model in .gguf form."
            )
        self.context = int(llama.llama_n_ctx(self._context))

    def _cache_bytes_per_token(self) -> int:
        heads = max(1, llama.llama_model_n_head(self._model))
        head = llama.llama_model_n_embd(self._model) // heads
        values = head * llama.llama_model_n_head_kv(self._model) * llama.llama_model_n_layer(self._model)
        return int(2 * _CACHE_BYTES[self._kv_cache] * values)  # keys and values

    def _read_metadata(self) -> dict[str, str]:
        values = {}
        for index in range(llama.llama_model_meta_count(self._model)):
            key = self._meta_text(llama.llama_model_meta_key_by_index, index)
            values[key] = self._meta_text(llama.llama_model_meta_val_str_by_index, index)
        return values

    def _meta_text(self, read: Any, index: int) -> str:
        size = 1024
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = read(self._model, index, buffer, size)
            if length < size:
                return buffer.value.decode("utf-8", "replace")
            size = length + 1

    @property
    def architecture(self) -> str:
        return self.metadata.get("general.architecture", "")

    @property
    def template(self) -> str:
        return self.metadata.get("tokenizer.chat_template", "")

    def tokenise(self, text: str, *, special: bool = False) -> list[int]:
        """Tokens of `text`; control tokens written in it count only if `special`."""
        # A lone surrogate cannot be encoded; it stands for a byte that was no text to begin with.
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (llama.llama_token * room)()
        count = llama.llama_tokenize(self._vocab, data, len(data), tokens, room, False, special)
        if count < 0:
            room = -count
            tokens = (llama.llama_token * room)()
            count = llama.llama_tokenize(self._vocab, data, len(data), tokens, room, False, special)
        return list(tokens[:count])

    def control(self, text: str) -> int | None:
        """The one token that `text` is, None if it takes several."""
        tokens = self.tokenise(text, special=True)
        return tokens[0] if len(tokens) == 1 else None

    def opening(self) -> list[int]:
        """The token every prompt begins with, if the model has one."""
        first = llama.llama_vocab_bos(self._vocab)
        return [first] if llama.llama_vocab_get_add_bos(self._vocab) and first >= 0 else []

    def piece(self, token: int) -> bytes:
        """The bytes a token adds to the text; none for control tokens but those around thinking."""
        if llama.llama_vocab_is_control(self._vocab, token):
            text: bytes = llama.llama_vocab_get_text(self._vocab, token) or b""
            return text if text in _THINKING_MARKS else b""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = llama.llama_token_to_piece(self._vocab, token, buffer, size, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def generate(
        self, prompt: Sequence[int], options: Options, grammar: str | None, stop: StopFlag
    ) -> Generator[bytes]:
        """The answer's bytes, token by token; `usage` counts along."""
        with self._heeding(prompt, stop):
            sampler = Sampler(self._vocab, options, grammar)
            try:
                yield from self._generate(prompt, options, sampler, stop)
            finally:
                sampler.close()

    def probabilities(
        self, prompt: Sequence[int], replies: Sequence[str], stop: StopFlag
    ) -> tuple[float, ...]:
        """How likely the answer begins with each of `replies`, one word each, all together 1; () when stopped."""
        with self._heeding(prompt, stop):
            started = time.perf_counter()
            reused = self._reuse(prompt)
            finished = self._evaluate(prompt[reused:], stop)
            self.usage = Usage(
                prompt_tokens=len(prompt),
                reused_tokens=reused,
                evaluated_tokens=len(self._cached) - reused,
                prefill_seconds=time.perf_counter() - started,
                finish="end" if finished else "cancelled",
            )
            if not finished:
                return ()
            size = llama.llama_vocab_n_tokens(self._vocab)
            logits = np.ctypeslib.as_array(llama.llama_get_logits_ith(self._context, -1), shape=(size,))
            sums = [np.logaddexp.reduce(logits[self._forms(reply)].astype(np.float64)) for reply in replies]
        return tuple(np.exp(sums - np.logaddexp.reduce(sums)).tolist())

    def _forms(self, word: str) -> list[int]:
        """The tokens that are `word`, whatever their case and the spaces around; else the one that it begins with."""
        if word not in self._words:
            size = llama.llama_vocab_n_tokens(self._vocab)
            wanted = word.encode()
            found = [token for token in range(size) if self.piece(token).strip().lower() == wanted]
            self._words[word] = found or self.tokenise(word)[:1]
        return self._words[word]

    @contextmanager
    def _heeding(self, prompt: Sequence[int], stop: StopFlag) -> Iterator[None]:
        """Work on `prompt` that `stop` ends. Raises PromptTooLong."""
        self.usage = Usage(prompt_tokens=len(prompt))
        if len(prompt) >= self.context:
            raise PromptTooLong(
                f"The question and its passages take {len(prompt)} tokens, the model has room for {self.context}. "
                "Ask for fewer passages, or set a larger models.context in kb.toml."
            )
        llama.llama_set_abort_callback(self._context, _ask, ctypes.cast(stop.buffer, ctypes.c_void_p))
        try:
            yield
        finally:
            llama.llama_set_abort_callback(self._context, llama.ggml_abort_callback(0), None)

    def _generate(
        self, prompt: Sequence[int], options: Options, sampler: Sampler, stop: StopFlag
    ) -> Generator[bytes]:
        started = time.perf_counter()
        reused = self._reuse(prompt)
        finished = self._evaluate(prompt[reused:], stop)
        begun = time.perf_counter()
        generated = 0
        finish = "cancelled"
        try:
            while finished and not stop:
                if generated >= options.max_tokens:
                    finish = "length"
                    break
                try:
                    token = sampler.next(self._context)
                except NoTokenFits:
                    finish = "end"
                    break
                if llama.llama_vocab_is_eog(self._vocab, token):
                    finish = "end"
                    break
                generated += 1
                yield self.piece(token)
                if len(self._cached) >= self.context:
                    finish = "length"
                    break
                finished = generated >= options.max_tokens or self._continue(token, stop)
        except GeneratorExit:
            finish = "stop"
            raise
        finally:
            self.usage = Usage(
                prompt_tokens=len(prompt),
                reused_tokens=reused,
                evaluated_tokens=len(prompt) - reused,
                generated_tokens=generated,
                prefill_seconds=begun - started,
                decode_seconds=time.perf_counter() - begun,
                finish=finish,  # type: ignore[arg-type]
            )

    def _reuse(self, prompt: Sequence[int]) -> int:
        """Forget all but the longest beginning of `prompt` that is still in memory; its length."""
        common = 0
        for ours, theirs in zip(self._cached, prompt, strict=False):
            if ours != theirs:
                break
            common += 1
        keep = min(common, len(prompt) - _REPLAYED)
        # Recurrent models cannot forget a part.
        if keep <= 0 or not llama.llama_memory_seq_rm(self._memory, 0, keep, -1):
            llama.llama_memory_clear(self._memory, True)
            keep = 0
        self._cached = list(prompt[:keep])
        return keep

    def _evaluate(self, tokens: Sequence[int], stop: StopFlag) -> bool:
        """Compute keys, values and logits for `tokens`; False when stopped on the way."""
        for start in range(0, len(tokens), BATCH):
            if stop:
                return False
            part = tokens[start : start + BATCH]
            array = (llama.llama_token * len(part))(*part)
            result = llama.llama_decode(self._context, llama.llama_batch_get_one(array, len(part)))
            if result == _ABORTED:
                llama.llama_memory_seq_rm(self._memory, 0, len(self._cached), -1)
                return False
            if result != 0:
                llama.llama_memory_clear(self._memory, True)
                self._cached = []
                raise ModelUnusable(
                    f"{self.path.name} stopped with llama.cpp's error {result}: {llama_log.reason()} "
                    "Set a smaller models.context in kb.toml, or choose another model."
                )
            self._cached += part
        return True

    def _continue(self, token: int, stop: StopFlag) -> bool:
        """Evaluate one generated token, with as many threads as pay."""
        if self._writing != self._pace.threads:
            self._writing = self._pace.threads
            llama.llama_set_n_threads(self._context, self._writing, self._threads)
        started = time.perf_counter()
        finished = self._evaluate([token], stop)
        self._pace.took(time.perf_counter() - started)
        return finished

    def report(self, chat_format: str) -> Report:
        buffer = ctypes.create_string_buffer(256)
        llama.llama_model_desc(self._model, buffer, 256)
        description = buffer.value.decode("utf-8", "replace").split()  # architecture, size, quantisation
        return Report(
            path=self.path,
            architecture=self.architecture,
            parameters=int(llama.llama_model_n_params(self._model)),
            quantisation=" ".join(description[2:]).removeprefix("(guessed) "),
            bytes=int(llama.llama_model_size(self._model)),
            context=self.context,
            trained_context=int(llama.llama_model_n_ctx_train(self._model)),
            layers=int(llama.llama_model_n_layer(self._model)),
            gpu_layers_asked=self._gpu_asked,
            gpu_layers_offloaded=self._offloaded,
            threads=int(llama.llama_n_threads_batch(self._context)),
            flash_attention=self._flash,
            kv_cache=self._kv_cache,
            chat_format=chat_format,
            backend=llama.llama_print_system_info().decode("utf-8", "replace").strip(),
        )

    def close(self) -> None:
        if self._context:
            llama.llama_free(self._context)
        if self._model:
            llama.llama_model_free(self._model)
        self._context = self._model = None
