"""What of a passage is shown in a list of results: the words around the first match, and where the matches stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from kb.notes.note import Span
from kb.notes.plain import plain_text
from kb.safe_text import safe_line

_WORD = re.compile(r"\w+")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_QUOTES = "'\""
_BEFORE = 60  # characters shown before the first match
# Two forms of a word begin alike and differ in a few letters at the end.
_STEM, _ENDING = 4, 4


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line of text, and the spans in it that match."""

    text: str
    marks: tuple[Span, ...]


def excerpt(passage: str, query: str, length: int) -> Excerpt:
    """At most `length` characters of `passage`, as a reader sees them, around the first word of `query`."""
    text = safe_line(plain_text(_FRONT_MATTER.sub("", passage))) or _properties(passage)
    words = [_folded(word) for word in _WORD.findall(query)]
    first = next((mark.start for mark in _marks(text, words)), 0)
    start = text.rfind(" ", 0, max(0, first - _BEFORE)) + 1 if len(text) > length and first > _BEFORE else 0
    shown = text[start:]
    if len(shown) > length:
        shown = shown[:length].rsplit(" ", 1)[0].rstrip() + " …"
    shown = ("… " if start else "") + shown
    return Excerpt(shown, tuple(_marks(shown, words)))


def _properties(passage: str) -> str:
    """Front matter that stands alone, as a reader would say it."""
    lines: list[str] = []
    for line in passage.splitlines():
        words = line.strip()
        if words.startswith("- ") and lines:
            lines[-1] += ("" if lines[-1].endswith(":") else ",") + f" {words[2:].strip(_QUOTES)}"
        elif words.strip("-."):
            lines.append(words.replace('"', "").replace("'", ""))
    return safe_line(plain_text(" · ".join(lines)))


def marks(text: str, query: str) -> list[Span]:
    """Where words of `query` stand in `text`, in any form."""
    return _marks(text, [_folded(word) for word in _WORD.findall(query)])


def _marks(text: str, words: Sequence[str]) -> list[Span]:
    unspaced = [word for word in words if not word.isascii() and len(word) > 1]
    marks = []
    for found in _WORD.finditer(text):
        written = _folded(found[0])
        if any(_is_form(written, word) for word in words):
            marks.append(Span(*found.span()))
        else:
            # In a script without spaces, a "word" is a whole sentence.
            marks += [
                Span(found.start() + at, found.start() + at + len(word))
                for word in unspaced
                if len(written) == len(found[0]) and (at := written.find(word)) >= 0
            ]
    return marks


def _is_form(written: str, word: str) -> bool:
    if written == word:
        return True
    shorter, longer = sorted((written, word), key=len)
    if len(shorter) < _STEM:
        return longer == f"{shorter}s" and len(shorter) > 1
    common = next(
        (at for at, (one, other) in enumerate(zip(shorter, longer, strict=False)) if one != other),
        len(shorter),
    )
    return common >= max(_STEM, len(shorter) - 2) and len(longer) - common <= _ENDING


def _folded(word: str) -> str:
    """`word` in lower case and without accents."""
    if word.isascii():
        return word.casefold()
    parts = unicodedata.normalize("NFD", word.casefold())
    return unicodedata.normalize("NFC", "".join(part for part in parts if unicodedata.category(part) != "Mn"))
