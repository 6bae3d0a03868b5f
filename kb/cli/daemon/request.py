"""A command that another process asks for: read from the socket, and run as if it were this process's own."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kb.cli import streams
from kb.cli.daemon import meeting
from kb.silence import report_nothing

_MOST_BYTES = 4_000_000  # of words and variables; Linux hands no program more than 2 MB
_FIRST = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """What a command was given."""

    folder: str
    encodings: tuple[str, str, str]  # of stdin, stdout and stderr; empty for one that is closed
    words: list[str]
    variables: dict[str, str]


def read_request(peer: socket.socket) -> Request:
    """The request that comes over `peer`. Raises OSError, ValueError."""
    head, _, body = peer.recv(_FIRST).partition(b"\n")
    size = int(head)
    if not 0 < size <= _MOST_BYTES:
        raise ValueError("no request")
    while len(body) < size:
        more = peer.recv(min(_FIRST, size - len(body)))
        if not more:
            raise ValueError("an incomplete request")
        body += more
    return _parsed(body.decode("utf-8", "surrogateescape").split("\0"))


def _parsed(parts: list[str]) -> Request:
    protocol, folder, stdin, stdout, stderr, count, *rest = parts
    if protocol != meeting.PROTOCOL:
        raise ValueError("another protocol")
    words, variables = rest[: int(count)], rest[int(count) :]
    return Request(
        folder, (stdin, stdout, stderr), words, dict(one.split("=", 1) for one in variables if "=" in one)
    )


@contextmanager
def in_place_of(request: Request, descriptors: Sequence[int], writing: Callable[[], None]) -> Iterator[None]:
    """Within, this process stands in the command's folder, with its variables and its stdin, stdout and stderr."""
    own = [os.dup(number) for number in range(3)]
    variables = dict(os.environ)
    try:
        for number, given in enumerate(descriptors):
            os.dup2(given, number)
        os.environ.clear()
        os.environ.update(request.variables)
        report_nothing()  # as a process of its own would have begun
        os.chdir(request.folder)
        with streams.of_another(request.encodings, writing):
            yield
    finally:
        os.chdir("/")
        os.environ.clear()
        os.environ.update(variables)
        for number, kept in enumerate(own):
            os.dup2(kept, number)
            os.close(kept)
