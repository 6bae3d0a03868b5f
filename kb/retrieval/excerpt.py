"""What of a passage is shown in a list of results: the words around the first match, and where the matches stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.notes.note import Span
from kb.notes.parse import parse_note
from kb.notes.plain import plain_text
from kb.notes.shown import read_as
from kb.safe_text import safe_line
from kb.text.characters import fold
from kb.text.forms import match_keys
from kb.text.words import Piece, pieces

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_QUOTES = "'\""
_BEFORE = 60  # characters shown before the first match; a third at most, for a narrow list shows no more
# Two forms of a word begin alike and differ in a few letters at the end.
_STEM, _ENDING = 4, 4
_PART = 4  # letters of a part of a word


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line of text, and the spans in it that match."""

    text: str
    marks: tuple[Span, ...]


def excerpt(passage: str, query: str, length: int) -> Excerpt:
    """At most `length` characters of `passage`, as a reader sees them, around the first word of `query`."""
    text = safe_line(plain_text(_FRONT_MATTER.sub("", passage))) or properties_line(passage)
    words = pieces(query)
    first = next((mark.start for mark in _marks(text, words)), 0)
    before = min(_BEFORE, length // 3)
    start = text.rfind(" ", 0, first - before) + 1 if len(text) > length and first > before else 0
    shown = text[start:]
    if len(shown) > length:
        shown = shown[:length].rsplit(" ", 1)[0].rstrip() + " …"
    shown = ("… " if start else "") + shown
    return Excerpt(shown, tuple(_marks(shown, words)))


def as_read(passage: str) -> str:
    """`passage` without front matter, its [[links]] as their labels; a property a line where those stand alone."""
    text = _FRONT_MATTER.sub("", passage).strip("\n") or "\n".join(_properties(passage))
    parts: list[str] = []
    at = 0
    for link in parse_note("", text).links if "[[" in text else ():
        if link.span.start >= at and text.startswith(("[[", "![["), link.span.start):
            parts += [text[at : link.span.start], read_as(link)]
            at = link.span.end
    return "".join((*parts, text[at:]))


def properties_line(passage: str) -> str:
    """Front matter that stands alone, as a reader would say it."""
    return safe_line(plain_text(" · ".join(_properties(passage))))


def _properties(passage: str) -> list[str]:
    """A property each, with its values behind it."""
    lines: list[str] = []
    for line in passage.splitlines():
        words = line.strip()
        if words.startswith("- ") and lines:
            lines[-1] += ("" if lines[-1].endswith(":") else ",") + f" {words[2:].strip(_QUOTES)}"
        elif words.strip("-."):
            lines.append(words.replace('"', "").replace("'", ""))
    return lines


def marks(text: str, query: str) -> list[Span]:
    """Where words of `query` stand in `text`, in any form, or as a part of a word."""
    return _marks(text, pieces(query))


def _marks(text: str, asked: Sequence[Piece]) -> list[Span]:
    words = [piece.text for piece in asked if piece.kind in ("word", "hangul")]
    signs = {fold(piece.text) for piece in asked if piece.kind == "sign"}
    runs = [fold(piece.text) for piece in asked if piece.kind in ("unspaced", "hangul")]
    found: list[Span] = []
    for piece in pieces(text):
        if piece.kind == "unspaced":
            found += _in_run(piece, runs)
        elif piece.kind == "sign":
            found += [Span(piece.start, piece.end)] * (fold(piece.text) in signs)
        elif any(_is_form(piece.text, word) for word in words):
            found.append(Span(piece.start, piece.end))
        elif piece.kind == "hangul":
            found += _in_run(piece, runs)
    return found


def _in_run(piece: Piece, runs: Sequence[str]) -> list[Span]:
    """Where any of `runs` begins in a stretch without spaces."""
    written = fold(piece.text)
    if len(written) != len(piece.text):
        return [Span(piece.start, piece.end)] * any(run in written for run in runs)
    starts = [(written.find(run), len(run)) for run in dict.fromkeys(runs)]
    return [Span(piece.start + at, piece.start + at + length) for at, length in sorted(starts) if at >= 0]


@lru_cache(maxsize=65_536)
def _is_form(written: str, word: str) -> bool:
    if not match_keys(written).isdisjoint(match_keys(word)):
        return True
    written, word = fold(written), fold(word)
    if len(word) >= _PART and word in written:
        return True
    shorter, longer = sorted((written, word), key=len)
    common = next(
        (at for at, (one, other) in enumerate(zip(shorter, longer, strict=False)) if one != other),
        len(shorter),
    )
    return common >= max(_STEM, len(shorter) - 2) and len(longer) - common <= _ENDING
