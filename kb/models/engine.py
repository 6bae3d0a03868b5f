"""llama.cpp, driven through its C interface.

The `Llama` class of llama-cpp-python is not used: it compiles the file's chat template, points the whole
process's stdout and stderr elsewhere while loading, and offers no way to stop a prompt being read.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kb import machine
from kb.errors import ModelUnusable, PromptTooLong
from kb.models import llama_log
from kb.models.language_model import Options, Usage
from kb.models.llama_library import llama
from kb.models.loaded_model import LoadedModel
from kb.models.sampler import NoTokenFits, Sampler
from kb.models.stop_flag import StopFlag, is_set_in_c
from kb.models.thread_tuner import ThreadTuner

BATCH = 512  # tokens evaluated at once
_CONTEXT_STEP = 256  # llama.cpp rounds the context up to this
_SMALLEST_CONTEXT = 512
_REPLAYED = 2  # tokens of a remembered prompt evaluated again, for their logits
_ABORTED = 2  # llama_decode's return value after an abort


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
        self._context: Any = None
        self._cached: list[int] = []  # tokens whose keys and values are in memory
        self._gpu_asked = gpu_layers
        self._kv_cache = kv_cache
        self._threads = threads or machine.cores()
        self._tuner = ThreadTuner(self._threads)
        self._writing = self._threads  # threads that write, of those that read a prompt
        self.model = LoadedModel(path, gpu_layers)
        try:
            self._open_context(context)
        except BaseException:
            self.close()
            raise

    def _open_context(self, wanted: int) -> None:
        trained = llama.llama_model_n_ctx_train(self.model.handle)
        size = min(wanted, trained) if trained > 0 else wanted
        size = max(_SMALLEST_CONTEXT, size // _CONTEXT_STEP * _CONTEXT_STEP)
        free = machine.free_memory()
        if free is not None and not self.model.offloaded:
            while (
                size > _SMALLEST_CONTEXT
                and size * self.model.cache_bytes_per_token(self._kv_cache) > free // 2
            ):
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
        self._flash = bool(self.model.offloaded) or self._kv_cache != "f16"
        parameters.type_k = parameters.type_v = getattr(llama, f"GGML_TYPE_{self._kv_cache.upper()}")
        parameters.flash_attn_type = (
            llama.LLAMA_FLASH_ATTN_TYPE_ENABLED
            if self._kv_cache != "f16"
            else llama.LLAMA_FLASH_ATTN_TYPE_AUTO
            if self._flash
            else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        self._context = llama.llama_init_from_model(self.model.handle, parameters)
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

    def generate(
        self, prompt: Sequence[int], options: Options, grammar: str | None, stop: StopFlag
    ) -> Generator[bytes]:
        """The answer's bytes, token by token; `usage` counts along."""
        with self._abortable(prompt, stop):
            sampler = Sampler(self.model.vocab, options, grammar)
            try:
                yield from self._generate(prompt, options, sampler, stop)
            finally:
                sampler.close()

    def probabilities(
        self, prompt: Sequence[int], replies: Sequence[str], stop: StopFlag
    ) -> tuple[float, ...]:
        """How likely the answer begins with each of `replies`, one word each, all together 1; () when stopped."""
        with self._abortable(prompt, stop):
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
            size = llama.llama_vocab_n_tokens(self.model.vocab)
            logits = np.ctypeslib.as_array(llama.llama_get_logits_ith(self._context, -1), shape=(size,))
            sums = [
                np.logaddexp.reduce(logits[self.model.forms_of(reply)].astype(np.float64))
                for reply in replies
            ]
        return tuple(np.exp(sums - np.logaddexp.reduce(sums)).tolist())

    @contextmanager
    def _abortable(self, prompt: Sequence[int], stop: StopFlag) -> Iterator[None]:
        """Let `stop` abort the work on `prompt` done within. Raises PromptTooLong."""
        self.usage = Usage(prompt_tokens=len(prompt))
        if len(prompt) >= self.context:
            raise PromptTooLong(
                f"The question and its passages take {len(prompt)} tokens, but the model has room for only {self.context}. "
                "Ask for fewer passages, or set a larger models.context in kb.toml."
            )
        llama.llama_set_abort_callback(self._context, is_set_in_c, ctypes.cast(stop.buffer, ctypes.c_void_p))
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
        evaluated = len(self._cached) - reused
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
                if llama.llama_vocab_is_eog(self.model.vocab, token):
                    finish = "end"
                    break
                generated += 1
                yield self.model.piece(token)
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
                evaluated_tokens=evaluated,
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
        if self._writing != self._tuner.threads:
            self._writing = self._tuner.threads
            llama.llama_set_n_threads(self._context, self._writing, self._threads)
        started = time.perf_counter()
        finished = self._evaluate([token], stop)
        self._tuner.took(time.perf_counter() - started)
        return finished

    def report(self, chat_format: str) -> Report:
        """The settings really in force."""
        buffer = ctypes.create_string_buffer(256)
        llama.llama_model_desc(self.model.handle, buffer, 256)
        description = buffer.value.decode("utf-8", "replace").split()  # architecture, size, quantisation
        return Report(
            path=self.path,
            architecture=self.model.architecture,
            parameters=int(llama.llama_model_n_params(self.model.handle)),
            quantisation=" ".join(description[2:]).removeprefix("(guessed) "),
            bytes=int(llama.llama_model_size(self.model.handle)),
            context=self.context,
            trained_context=int(llama.llama_model_n_ctx_train(self.model.handle)),
            layers=int(llama.llama_model_n_layer(self.model.handle)),
            gpu_layers_asked=self._gpu_asked,
            gpu_layers_offloaded=self.model.offloaded,
            threads=int(llama.llama_n_threads_batch(self._context)),
            flash_attention=self._flash,
            kv_cache=self._kv_cache,
            chat_format=chat_format,
            backend=llama.llama_print_system_info().decode("utf-8", "replace").strip(),
        )

    def close(self) -> None:
        """Free context and weights; closing twice is fine."""
        if self._context:
            llama.llama_free(self._context)
        self._context = None
        self.model.close()
