"""A language model from a GGUF file, run on this machine."""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kb.errors import ModelError
from kb.models.bundled import bundled_model
from kb.models.chat_format import ChatFormat, choose_format, write_prompt
from kb.models.grammar import checked_grammar
from kb.models.language_model import DEFAULT_OPTIONS, Cancellation, Message, Options, Usage
from kb.models.self_test import require_usable
from kb.models.text_stream import TextStream
from kb.models.worker import Worker
from kb.settings import ModelSettings

if TYPE_CHECKING:
    from kb.models.engine import Engine, Report
    from kb.models.stop_flag import StopFlag

Result = TypeVar("Result")

_CLOSING = 5.0  # seconds a running step of llama.cpp may take to end


class _Loaded:
    """The engine and its chat format, or nothing yet; filled and emptied on the worker's thread."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.chat: ChatFormat | None = None
        self.usage = Usage()
        self.writing: _Answer | None = None
        self.closing = False

    def free(self) -> None:
        if self.engine is not None:
            self.engine.close()
        self.engine = None


class _Answer:
    """One answer on its way from the worker's thread to its reader."""

    def __init__(self) -> None:
        self._pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._flag: StopFlag | None = None
        self.stopped = False

    def arm(self, flag: StopFlag) -> None:
        """From now on, stopping sets `flag`, which llama.cpp looks at."""
        with self._lock:
            self._flag = flag
            if self.stopped:
                flag.set()

    def stop(self) -> None:
        with self._lock:
            self.stopped = True
            if self._flag is not None:
                self._flag.set()
        self._pieces.put(None)

    def put(self, piece: str | BaseException | None) -> None:
        self._pieces.put(piece)

    def read(self) -> Generator[str]:
        while (piece := self._pieces.get()) is not None and not self.stopped:
            if isinstance(piece, BaseException):
                raise piece
            yield piece


class LocalModel:
    """A GGUF file's model. Made at once; the file is tested and loaded when first used."""

    def __init__(self, settings: ModelSettings, state: Path) -> None:
        self.path = Path(settings.path) if settings.path else bundled_model()
        self.name = self.path.stem
        self._settings = settings
        self._state = state
        self._loaded = _Loaded()
        self._worker = Worker(f"model {self.name}")
        # Also runs when the program ends: llama.cpp must not be at work while the interpreter is taken down.
        self._finalizer = weakref.finalize(self, _shut_down, self._loaded, self._worker)

    @property
    def context(self) -> int:
        return self._on_worker(lambda engine, _: engine.context)

    def stream(
        self,
        messages: Sequence[Message],
        options: Options = DEFAULT_OPTIONS,
        cancellation: Cancellation | None = None,
    ) -> Generator[str]:
        answer = _Answer()
        grammar = checked_grammar(options)
        unsubscribe = cancellation.subscribe(answer.stop) if cancellation else None
        try:
            self._submit(lambda: self._write(answer, messages, options, grammar))
            yield from answer.read()
        finally:
            answer.stop()
            if unsubscribe:
                unsubscribe()

    def complete(
        self,
        messages: Sequence[Message],
        options: Options = DEFAULT_OPTIONS,
        cancellation: Cancellation | None = None,
    ) -> str:
        return "".join(self.stream(messages, options, cancellation))

    def probabilities(
        self, messages: Sequence[Message], replies: Sequence[str], cancellation: Cancellation | None = None
    ) -> tuple[float, ...]:
        asked = _Answer()
        unsubscribe = cancellation.subscribe(asked.stop) if cancellation else lambda: None
        try:
            return self._submit(lambda: self._weigh(asked, messages, replies)).result()
        finally:
            unsubscribe()

    def count_tokens(self, text: str) -> int:
        return self._on_worker(lambda engine, _: len(engine.model.tokenise(text)))

    def count_prompt_tokens(self, messages: Sequence[Message]) -> int:
        """How many tokens the conversation takes with all that stands around its messages."""
        return self._on_worker(lambda engine, chat: len(_prompt(engine, chat, messages)))

    def counters(self) -> Usage:
        return self._loaded.usage

    def report(self) -> Report:
        """The settings in force, as read back from the loaded model."""
        return self._on_worker(lambda engine, chat: engine.report(chat.name))

    def load(self) -> None:
        """Load now rather than with the first answer."""
        self._submit(self._load).result()

    def close(self) -> None:
        self._finalizer()

    def __enter__(self) -> LocalModel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _submit(self, job: Callable[[], Result]) -> Future[Result]:
        try:
            return self._worker.submit(job)
        except RuntimeError as error:
            raise ModelError(f"The model {self.name} has been closed. Open it again.") from error

    def _on_worker(self, read: Callable[[Engine, ChatFormat], Result]) -> Result:
        return self._submit(lambda: read(*self._load())).result()

    def _load(self) -> tuple[Engine, ChatFormat]:
        loaded = self._loaded
        if loaded.engine is None or loaded.chat is None:
            require_usable(self.path, self._state, self._settings.gpu_layers)
            # Importing llama_cpp takes a quarter of a second, which only an answer is worth.
            from kb.models.engine import Engine

            settings = self._settings
            loaded.engine = Engine(
                self.path,
                context=settings.context,
                threads=settings.threads,
                gpu_layers=settings.gpu_layers,
                kv_cache=settings.kv_cache,
            )
            loaded.chat = choose_format(
                loaded.engine.model.template, loaded.engine.model.architecture, loaded.engine.model.control
            )
        return loaded.engine, loaded.chat

    def _write(
        self, answer: _Answer, messages: Sequence[Message], options: Options, grammar: str | None
    ) -> None:
        """Generate one answer; on the worker's thread. Whatever happens, the reader is told."""
        if answer.stopped or self._loaded.closing:
            answer.put(None)
            return
        self._loaded.writing = answer
        try:
            engine, chat = self._load()
            self._generate(engine, chat, answer, messages, options, grammar)
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is read
            answer.put(error)
        finally:
            self._loaded.writing = None
            answer.put(None)

    def _weigh(
        self, asked: _Answer, messages: Sequence[Message], replies: Sequence[str]
    ) -> tuple[float, ...]:
        """How likely each reply is; on the worker's thread."""
        if asked.stopped or self._loaded.closing:
            return ()
        self._loaded.writing = asked
        try:
            engine, chat = self._load()
            found = engine.probabilities(_prompt(engine, chat, messages), replies, _armed(asked))
            self._loaded.usage = engine.usage
            return found
        finally:
            self._loaded.writing = None

    def _generate(
        self,
        engine: Engine,
        chat: ChatFormat,
        answer: _Answer,
        messages: Sequence[Message],
        options: Options,
        grammar: str | None,
    ) -> None:
        text = TextStream((*options.stop, *chat.stops))
        tokens = engine.generate(_prompt(engine, chat, messages), options, grammar, _armed(answer))
        with closing(tokens):
            for piece in tokens:
                if shown := text.feed(piece):
                    answer.put(shown)
                if text.stopped:
                    break
            else:
                if not answer.stopped and (shown := text.finish()):
                    answer.put(shown)
        self._loaded.usage = engine.usage


def _armed(answer: _Answer) -> StopFlag:
    """A flag that stopping `answer` sets."""
    from kb.models.stop_flag import StopFlag

    flag = StopFlag()
    answer.arm(flag)
    return flag


def _prompt(engine: Engine, chat: ChatFormat, messages: Sequence[Message]) -> list[int]:
    return engine.model.opening() + write_prompt(messages, chat, engine.model.tokenise, engine.model.control)


def _shut_down(loaded: _Loaded, worker: Worker) -> None:
    loaded.closing = True
    if (answer := loaded.writing) is not None:
        answer.stop()
    worker.close(loaded.free, _CLOSING)
