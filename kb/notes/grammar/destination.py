"""Destination and title of a Markdown link, by CommonMark: where they stand and what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it.common.utils import unescapeAll

from kb.notes.note import Span

_ANGLE = re.compile(r"<((?:[^<>\\\r\n]|\\[^\r\n])*+)>")
_PLAIN = re.compile(r"[()]|(?:[^\\()\x00-\x20\x7f]|\\[^\x00-\x20\x7f]|\\(?=[\x00-\x20\x7f]|$))++")
_TITLE = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*+")
_PIECE = re.compile(r"\\.|&(?:\#[xX][0-9a-fA-F]{1,6}|\#[0-9]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});|.", re.DOTALL)
_DEEPEST = 32  # levels of parentheses, as in markdown-it


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a Markdown link leads."""

    target: str  # without escapes and entities; percent-encoding stays
    span: Span  # as it is written, without angle brackets
    end: int  # behind it, closing bracket included


def read_destination(text: str, start: int, end: int) -> Destination | None:
    """The destination that begins at `start`, in angle brackets or plain."""
    if text.startswith("<", start):
        angle = _ANGLE.match(text, start, end)
        if angle is None:
            return None
        return Destination(unescapeAll(angle[1]), Span(*angle.span(1)), angle.end())
    position, level = start, 0
    while match := _PLAIN.match(text, position, end):
        mark = match[0]
        if mark == "(":
            level += 1
            if level > _DEEPEST:
                return None
        elif mark == ")":
            if level == 0:
                break
            level -= 1
        position = match.end()
    if level or position == start:
        return None
    return Destination(unescapeAll(text[start:position]), Span(start, position), position)


def read_link_tail(text: str, start: int, end: int) -> tuple[Destination, int] | None:
    """`(destination "title")` at `start`, and where it ends; an empty destination has an empty span."""
    position = _skip_space(text, start + 1, end)
    found = read_destination(text, position, end) or Destination("", Span(position, position), position)
    position = _skip_space(text, found.end, end)
    if position > found.end and (title := _TITLE.match(text, position, end)):
        position = _skip_space(text, title.end(), end)
    if position >= end or text[position] != ")":
        return None
    return found, position + 1


def split_anchor(written: str) -> int:
    """Where the `#` stands in a destination as written, its length when there is none."""
    if "#" not in written and "&" not in written:
        return len(written)
    for piece in _PIECE.finditer(written):
        if "#" in piece[0] and unescapeAll(piece[0]) == "#":
            return piece.start()
    return len(written)


def _skip_space(text: str, start: int, end: int) -> int:
    match = _SPACE.match(text, start, end)
    return match.end() if match else start
