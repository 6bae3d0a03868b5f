"""The standard streams of the process, made so that no way in which they fail ends in a traceback.

kb keeps the real stdout for its answer. Whatever else writes to descriptor 1 (libraries, their C code, child
processes, plugins) reaches stderr, so that `--json` prints one object and nothing more.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO

from kb.errors import OutputFailed

_PLAIN = "kb-plain"  # the name of the error handler
_ALIKE = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "…": "...",
    "–": "-",
    "—": "-",
    "·": "-",
    "•": "*",
    "→": ">",
}
_answer: TextIO | None = None
_first_write: Callable[[], None] | None = None
_another: list[TextIO | None] = []  # the streams of the process for which this one works


class _Out(io.FileIO):
    """A descriptor that swallows what nobody reads any more, and tells other failures as an error of kb."""

    gone = False  # whether the reader, such as `head`, has left

    def write(self, data: object, /) -> int:
        if _first_write is not None:
            _first_write()
        size = len(memoryview(data).cast("B"))  # type: ignore[arg-type]
        if self.gone:
            return size
        try:
            return super().write(data) or 0  # type: ignore[arg-type]
        except BrokenPipeError:
            self.gone = True
            return size
        except OSError as error:
            self.gone = True  # what is still in a buffer must not fail once more at the end
            raise OutputFailed(
                f"The output cannot be written: {error.strerror}. Make room, or send it elsewhere."
            ) from error


def prepare(encodings: Sequence[str] = ()) -> None:
    """Set the streams up, at the start of the process, or of a command that another process is given.

    `encodings` are those of that process's stdin, stdout and stderr; empty for one that was closed.
    """
    global _answer
    codecs.register_error(_PLAIN, _plain)
    for name in ("COLUMNS", "LINES"):
        # A terminal that knows no size of its own says 0; nothing would be shown.
        if os.environ.get(name, "").strip() in ("0", "00", "000"):
            del os.environ[name]
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    inward, outward, beside = encodings or map(_encoding, (sys.stdin, sys.stdout, sys.stderr))
    real = os.dup(1)
    os.dup2(2, 1)
    if encodings or sys.stdin is None:
        sys.stdin = _text(0, "r", inward or "utf-8")
    sys.stderr = _text(2, "w", beside or "utf-8")
    sys.stdout = _answer = _text(real, "w", outward or "utf-8")
    # Under its second name stdout is found by foreign code only, for which stderr is the place.
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stderr), ("stderr", sys.stderr)):
        setattr(sys, f"__{name}__", stream)


@contextmanager
def of_another(encodings: Sequence[str], tell: Callable[[], None]) -> Iterator[None]:
    """Within, the descriptors 0, 1 and 2 are those of another process; `tell` is called before anything is written."""
    global _answer, _first_write
    names = [prefix + name for prefix in ("", "__") for name in ("stdin", "stdout", "stderr")]
    names = [name + "__" if name.startswith("__") else name for name in names]
    own, before = [getattr(sys, name) for name in names], _answer
    prepare(encodings)
    real, beside = _answer, sys.stderr
    _first_write = tell
    _another[:] = [real, beside]
    try:
        yield
    except BaseException:
        forget_another()  # what it did not read by now would keep this process waiting
        raise
    finally:
        _another.clear()
        _first_write, _answer = None, before
        for name, stream in zip(names, own, strict=True):
            setattr(sys, name, stream)
        _end(beside, close=False)
        _end(real, close=True)


def _end(stream: TextIO | None, *, close: bool) -> None:
    """Write what is left in `stream`, and see to it that nothing more is written, whatever its number then stands for."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    if stream is None or not isinstance(raw, _Out):
        return
    try:
        with suppress(OSError, ValueError, OutputFailed):
            stream.flush()
    finally:
        raw.gone = True
        if close:
            os.close(raw.fileno())


def forget_another() -> None:
    """Write nothing more to the streams of the other process, which is gone."""
    for stream in (*_another,):  # another thread may empty it
        raw = getattr(getattr(stream, "buffer", None), "raw", None)
        if isinstance(raw, _Out):
            raw.gone = True


def answer() -> TextIO:
    """The stream of the answer, also while the prints of foreign code are turned away from it."""
    return _answer if _answer is not None else sys.stdout


@contextmanager
def diverted(into: TextIO) -> Iterator[None]:
    """Within, the answer goes to another stream."""
    global _answer
    before = _answer
    _answer = into
    try:
        yield
    finally:
        _answer = before


def reader_is_gone() -> bool:
    """Whether nobody reads the answer any more."""
    raw = getattr(getattr(answer(), "buffer", None), "raw", None)
    return isinstance(raw, _Out) and raw.gone


def finish() -> None:
    """Write what is left. Raises OutputFailed."""
    if not answer().closed:  # as who speaks a protocol over it leaves it
        answer().flush()
    with suppress(OutputFailed):
        sys.stderr.flush()
    if _answer is not None:
        sys.stdout = sys.stderr  # what is printed at exit


def _text(descriptor: int, mode: str, encoding: str) -> TextIO:
    if mode == "r":
        return open(descriptor, encoding=encoding, errors="replace", closefd=False)
    raw = _Out(descriptor, "w", closefd=False)
    is_terminal = raw.isatty()
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding, _PLAIN, line_buffering=is_terminal or descriptor == 2
    )


def _encoding(stream: TextIO | None) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the stream's encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_substitute, error.object[error.start : error.end])), error.end


def _substitute(character: str) -> str:
    if character in _ALIKE:
        return _ALIKE[character]
    if "\u2500" <= character <= "\u257f":
        name = unicodedata.name(character)
        return "-" if name.endswith("HORIZONTAL") else "|" if name.endswith("VERTICAL") else "+"
    return "#" if "\u2580" <= character <= "\u259f" else "?"
