"""This end of the child process that reads files: starts it, hands it files, and ends it when one takes too long."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import BinaryIO

from kb.child_process import Child, start_python
from kb.notes.extract import Extract
from kb.sources.child import HEADER
from kb.sources.form import unpack
from kb.sources.source import Interrupted, Source, Unreadable

_MOST_ANSWER = 100_000_000  # bytes
_PATIENCE = 3  # times as long on the clock as of the processor, for a busy machine
_STARTING = 20.0  # seconds


class Worker:
    """A child process that reads one file after another; it is started when first needed, and after each accident."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._line: socket.socket | None = None
        self._forgotten: Callable[[], object] | None = (
            None  # what ends the child when nobody holds this worker
        )

    def read(self, source: Source, name: str, file: BinaryIO, options: Mapping[str, str]) -> Extract:
        """What `source` finds in the open file called `name`. Raises Unreadable with the reason."""
        request = {
            "reads": source.reads,
            "name": name[:1_000].encode("utf-8", "replace").decode("utf-8"),
            "options": dict(options),
            "seconds": source.seconds,
        }
        data = json.dumps(request, allow_nan=False).encode()
        with self._lock:
            answer = self._asked(data, source, file) or self._asked(data, source, file)
            if answer is None:
                raise Unreadable("crashed the program that read it, twice, as damaged and hostile files do")
            if answer[:1] != b"+":
                words = " ".join(answer[1:600].decode("utf-8", "replace").split())
                raise Interrupted(f"was not read: {words}") if answer[:1] == b"!" else Unreadable(words)
            try:
                return unpack(answer[1:])
            except ValueError as error:
                self._stop()
                raise Unreadable(f"cannot be read: {error}") from None

    def _asked(self, data: bytes, source: Source, file: BinaryIO) -> bytes | None:
        """What the child process answers; None where it came to grief over the file."""
        line = self._started()
        file.seek(0)
        end = time.monotonic() + _STARTING + _PATIENCE * source.seconds
        too_long = f"takes longer than {source.seconds:.0f} seconds to read"
        try:
            socket.send_fds(line, [data], [file.fileno()])
            return _received(line, end)
        except TimeoutError:
            self._stop()
            raise Unreadable(too_long) from None
        except ValueError as error:
            self._stop()
            raise Unreadable(str(error)) from None
        except (OSError, EOFError):
            status = self._stop(patience=1.0)
        if status == -signal.SIGXCPU:
            raise Unreadable(too_long)
        if status in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP):
            raise Interrupted("was not read: the program that reads files was stopped from outside")
        return None

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._stop()

    def _started(self) -> socket.socket:
        if self._line is None:
            self._line, other = socket.socketpair()
            with other:
                self._child = start_python("kb.sources.child", [str(other.fileno())], keep=[other.fileno()])
            self._forgotten = weakref.finalize(self, _end, self._line, self._child)
        return self._line

    def _stop(self, *, patience: float = 0.0) -> int:
        line, self._line = self._line, None
        child, self._child = self._child, None
        if line is None or child is None:
            return 0
        return _end(line, child, patience)


def _end(line: socket.socket, child: Child, patience: float = 0.0) -> int:
    """Close the line and end the child; twice is fine."""
    line.close()
    return child.end(patience=patience)


def _received(line: socket.socket, end: float) -> bytes:
    """One answer. Raises TimeoutError, EOFError, ValueError where it is longer than any can be."""
    size = int.from_bytes(_exactly(line, HEADER, end), "big")
    if size > _MOST_ANSWER:
        raise ValueError("holds more text than kb reads from one file")
    return _exactly(line, size, end)


def _exactly(line: socket.socket, size: int, end: float) -> bytes:
    parts, left = [], size
    while left:
        line.settimeout(max(0.001, end - time.monotonic()))
        part = line.recv(min(left, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
