"""What a model server sends, cut into events: by the rules of server-sent events, or one JSON text, or neither.

A server may send anything, for ever. What is held in memory is bounded, and only line ends part lines: U+2028 and its
like may stand in a JSON text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.files.small import parse_json

COMMENT = "comment"  # the name of an event that only says that the server is still there
BODY = "body"  # the name of the event that holds what was no event at all
_LONGEST_TEXT = 1_000_000  # bytes of one event, or of a body that is no stream of events
_MOST_LINES = 1000  # of one event
_LINE_END = re.compile(rb"\r\n|\r|\n")


class Endless(Exception):
    """More came than any answer is long."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a server sent."""

    name: str  # what the server calls it, COMMENT or BODY; empty as a rule
    data: str


def events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """The events in what comes piece by piece. Raises Endless, and whatever `pieces` raises."""
    name, data, other = "", list[str](), list[str]()
    held = 0  # characters of `data` and `other`
    for line in _lines(pieces):
        text = line.removeprefix("\ufeff")
        field, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if not text.strip():
            if data:
                yield Event(name, "\n".join(data))
            name, data, held = "", [], 0
        elif (
            other or text.lstrip()[:1] in ("{", "[", "<") or field not in ("", "data", "event", "id", "retry")
        ):
            other.append(text)
            held += len(text) + 1
        elif not field:
            yield Event(COMMENT, value)
        elif field == "event":
            name = value.strip()
        elif field == "data":
            if data and value[:1] in ("{", "[") and _is_whole("\n".join(data)):
                # some servers leave the blank line out
                yield Event(name, "\n".join(data))
                name, data, held = "", [], 0
            data.append(value)
            held += len(value) + 1
        if held > _LONGEST_TEXT or len(data) > _MOST_LINES:
            raise Endless
    if data:
        yield Event(name, "\n".join(data))
    if other:
        yield Event(BODY, "\n".join(other))


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    held: list[bytes] = []
    size = 0
    ended_with_return = False
    for piece in pieces:
        if not piece:
            continue
        if ended_with_return:  # a line end may come in two pieces
            piece = piece.removeprefix(b"\n")
        ended_with_return = piece.endswith(b"\r")
        first, *more = _LINE_END.split(piece)
        held.append(first)
        size += len(first)
        for line in more:
            yield b"".join(held).decode("utf-8", "replace")
            held, size = [line], len(line)
        if size > _LONGEST_TEXT:
            raise Endless
    if last := b"".join(held):
        yield last.decode("utf-8", "replace")


def _is_whole(text: str) -> bool:
    if text.strip() == "[DONE]":
        return True
    if not text.rstrip().endswith("}"):
        return False
    try:
        parse_json(text)
    except ValueError:
        return False
    return True
