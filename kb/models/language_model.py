"""What the rest of kb knows of a language model: messages in, text out, piece by piece, until told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. The content is always plain text; control tokens written in it mean nothing."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Options:
    """How one answer is generated."""

    max_tokens: int = 256
    temperature: float = 0.0  # 0 for the likeliest token each time
    seed: int = 0
    stop: tuple[str, ...] = ()  # the answer ends before the first of these
    grammar: str | None = None  # GBNF with a rule `root`; checked before use
    repeat_penalty: float = 1.0  # above 1, recently used tokens become less likely


DEFAULT_OPTIONS = Options()


@dataclass(frozen=True, slots=True)
class Usage:
    """What the latest generation cost."""

    prompt_tokens: int = 0
    reused_tokens: int = 0  # of the prompt, still in memory from the generation before
    evaluated_tokens: int = 0  # of the prompt, computed this time
    generated_tokens: int = 0
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0
    finish: Literal["", "end", "stop", "length", "cancelled"] = ""

    @property
    def seconds(self) -> float:
        return self.prefill_seconds + self.decode_seconds


class Cancellation:
    """A wish to stop, which any thread may express once; the generation it was handed to ends early."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._listeners: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when cancelled, at once if that has happened; returns how to unsubscribe."""
        with self._lock:
            if not self._cancelled:
                self._listeners.append(listener)
                return lambda: self._forget(listener)
        listener()
        return lambda: None

    def _forget(self, listener: Callable[[], None]) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)


class LanguageModel(Protocol):
    """Something that continues a conversation. Safe to call from any thread; calls wait for each other."""

    @property
    def name(self) -> str:
        """Shown to the user and written into answers."""

    @property
    def context(self) -> int:
        """How many tokens prompt and answer may have together."""

    def stream(
        self,
        messages: Sequence[Message],
        options: Options = DEFAULT_OPTIONS,
        cancellation: Cancellation | None = None,
    ) -> Generator[str]:
        """The answer, piece by piece. Closing the generator or cancelling stops the work; then it just ends."""

    def complete(
        self,
        messages: Sequence[Message],
        options: Options = DEFAULT_OPTIONS,
        cancellation: Cancellation | None = None,
    ) -> str:
        """The whole answer at once."""

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` takes."""

    def counters(self) -> Usage:
        """What the latest generation cost."""

    def close(self) -> None:
        """Give memory back. Closing twice is fine; using a closed model raises ModelError."""


@runtime_checkable
class TellsProbabilities(Protocol):
    """A LanguageModel that also tells how likely its possible replies are."""

    def probabilities(
        self, messages: Sequence[Message], replies: Sequence[str], cancellation: Cancellation | None = None
    ) -> tuple[float, ...]:
        """How likely the answer begins with each of `replies`, one word each, all together 1.

        () when cancelled, or where a server does not tell.
        """
