"""What is being typed at a place: a link, a tag, a footnote, a property or its value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kb.plugin_api import Note

Kind = Literal["note", "heading", "block", "path", "tag", "footnote", "property", "value"]
_WIKI = re.compile(r"\[\[([^\[\]\r\n]*+)$")
_PATH = re.compile(r"\]\(([^()\s<>]*+)$")
_TAG = re.compile(r"(?:(?<=[\s,(])|^)#([^\s#\[\](),]*+)$")
_FOOTNOTE = re.compile(r"\[\^([^\[\]\s]*+)$")
_FENCE = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_NAME = re.compile(r"^([^\s:#\[\]-][^:\[\]]*|)$")
_VALUE = re.compile(r"^([^\s:#-][^:]*):[ \t]+(?:.*[\[,][ \t]*)?([^\[\],]*)$")
_ITEM = re.compile(r"^[ \t]*-[ \t]+([^\[\],]*)$")
_KEY = re.compile(r"^([^\s:#-][^:\r\n]*):", re.MULTILINE)
_TO_END_OF_LINK = re.compile(r"[^\[\]|\r\n]*\]\]")
_MOST_LINES = 100  # of front matter whose end is not written yet


@dataclass(frozen=True, slots=True)
class Typed:
    """What is typed, and the stretch of the text that it will be put in the place of."""

    kind: Kind
    word: str  # what is there of it
    start: int
    end: int
    cursor: int
    note: str = ""  # of a heading or block: the note's name, as it is written; of a value: the property


def typed_at(text: str, offset: int, note: Note | None = None) -> Typed | None:
    """What is being typed at `offset`; None for plain words, and within code."""
    if note and any(code.start <= offset < code.end for code in note.code):
        return None
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    line = text[start:offset]
    in_front = _in_front_matter(text, offset)
    if found := _WIKI.search(line):
        return _wiki(text, start + found.start(), offset, found[1])
    if in_front:
        return _property(text, start, offset, line)
    for kind, form in (("path", _PATH), ("footnote", _FOOTNOTE), ("tag", _TAG)):
        if found := form.search(line):
            return Typed(kind, found[1], start + found.start(1), offset, offset)  # type: ignore[arg-type]
    return None


def _wiki(text: str, start: int, offset: int, word: str) -> Typed | None:
    if "|" in word:
        return None
    rest = _TO_END_OF_LINK.match(text, offset)
    end = rest.end() if rest else offset
    name, mark, part = word.partition("#")
    if not mark:
        return Typed("note", word, start, end, offset)
    if part.startswith("^"):
        return Typed("block", part[1:], start, end, offset, name)
    return Typed("heading", part, start, end, offset, name)


def _in_front_matter(text: str, offset: int) -> bool:
    opening = _FENCE.match(text)
    if not opening or offset < opening.end():
        return False
    return _END.search(text, opening.end(), offset) is None and text.count("\n", 0, offset) < _MOST_LINES


def _property(text: str, start: int, offset: int, line: str) -> Typed | None:
    if found := _VALUE.match(line):
        return Typed("value", found[2], start + found.start(2), offset, offset, found[1].strip("'\" "))
    if found := _ITEM.match(line):
        keys = _KEY.findall(text[:start])
        name = keys[-1].strip("'\" ") if keys else ""
        return Typed("value", found[1], start + found.start(1), offset, offset, name)
    if _NAME.match(line):
        return Typed("property", line, start, offset, offset)
    return None
