"""How fast a model is on this machine, and what that foretells of others."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from kb import machine
from kb.models.language_model import Cancellation, Message, Options
from kb.models.local import LocalModel
from kb.models.state_file import read_state, write_state

_FILE = "speed.json"
_SECONDS = 2.0
_PROMPT = "Tell in detail how tea is made, from the leaf to the cup. " * 12
_LONG = Options(max_tokens=2_000, temperature=1.0, seed=1)
_OVERHEAD = 1.1  # of the file's size: weights as they lie in memory
_CONTEXT_BYTES = 500_000_000  # context, buffers and Python


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured."""

    bytes: int  # of the model's file
    reading: float  # tokens a second
    writing: float

    def writing_of(self, size: int) -> float:
        """Tokens a second that a model of `size` bytes may write: each token takes reading all weights once."""
        return self.writing * self.bytes / max(1, size)


def measure(model: LocalModel) -> Speed:
    """Read a prompt, then write for two seconds. Raises ModelError when the file is not usable."""
    model.load()
    model.complete([Message("user", "Hello")], Options(max_tokens=1))
    cancellation = Cancellation()
    clock = threading.Timer(_SECONDS, cancellation.cancel)
    written = model.stream([Message("user", _PROMPT)], _LONG, cancellation)
    try:
        next(written, "")  # a large model may take longer than the clock to read
        clock.start()
        for _ in written:
            pass
    finally:
        clock.cancel()
    model.load()  # waits for the step that was going on, after which all is counted
    usage = model.counters()
    return Speed(
        bytes=model.path.stat().st_size,
        reading=usage.evaluated_tokens / max(1e-9, usage.prefill_seconds),
        writing=usage.generated_tokens / max(1e-9, usage.decode_seconds),
    )


def remembered(state: Path) -> Speed | None:
    """The latest measurement on this machine, if there is one."""
    try:
        return Speed(**read_state(state / _FILE))
    except TypeError:
        return None


def remember(speed: Speed, state: Path) -> None:
    """Keep a measurement."""
    write_state(state / _FILE, asdict(speed))


def fit(size: int) -> Literal["fits", "tight", "too large", "unknown"]:
    """Whether a model file of `size` bytes fits into the memory that is free."""
    free = machine.free_memory()
    if free is None:
        return "unknown"
    needed = _OVERHEAD * size + _CONTEXT_BYTES
    return "fits" if needed < 0.8 * free else "tight" if needed < free else "too large"
