"""A note as it is studied: comments and orders to a language model gone, code and math closed, line by line with the marks of lists and quotes apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.plugin_api import Note, Span, injected_spans, opaque_spans, without_comments

CLOSED = "\ue000"  # stands for each character of code and math, so that nothing in them looks like a mark
_QUOTE = re.compile(r"(?:[ \t]{0,3}>[ \t]?)++")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[^\[\]\r\n]\][ \t]+)?")
_MARKS = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+", re.MULTILINE)
_ANY = re.compile(r"[^\r\n]")
_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,}|\$\$)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the body."""

    start: int  # of its content: after the marks of quotes and of a list item
    end: int  # of its content, without blanks and line end
    begin: int  # of the whole line
    quote: int  # how deep in quotes
    indent: int | None  # of the list mark, for the first line of an item
    depth: int  # columns before the content
    number: int  # 1-based
    hidden: bool  # nothing but comments


@dataclass(frozen=True, slots=True)
class Page:
    """A note without its comments, and without sentences that give orders to a language model."""

    note: Note  # as read, with these turned to spaces
    masked: str  # the same with code and math closed
    lines: tuple[Line, ...]

    def content(self, line: Line) -> str:
        """The line's own text, code and math closed."""
        return self.masked[line.start : line.end]

    def text(self, line: Line) -> str:
        """The line's own text."""
        return self.note.text[line.start : line.end]


def page_of(note: Note) -> Page:
    """Read `note` for studying it."""
    opaque = opaque_spans(note)
    text = _blanked(without_comments(note), injected_spans(note))
    lines = []
    offset, number = note.body.start, note.text.count("\n", 0, note.body.start) + 1
    for raw in text[note.body.start :].splitlines(keepends=True):
        lines.append(_line(raw, offset, number, note.text))
        offset += len(raw)
        number += 1
    masked = _closed(text, sorted((*opaque.code, *opaque.math), key=lambda span: span.start))
    return Page(replace(note, text=text), masked, tuple(lines))


def _blanked(text: str, spans: Sequence[Span]) -> str:
    for span in spans:
        text = text[: span.start] + _ANY.sub(" ", text[span.start : span.end]) + text[span.end :]
    return text


def fence_of(text: str) -> str:
    """The mark that opens a block of code or math at the start of `text`; empty for none."""
    match = _FENCE.match(text)
    if not match or (match["mark"] == "$$" and text.strip() != "$$"):
        return ""
    return match["mark"]


def closes(text: str, fence: str) -> bool:
    """Whether a line that holds `text` closes what `fence` opened."""
    bare = text.strip()
    return len(bare) >= len(fence) and bare.strip(fence[0]) == "" and bool(bare)


def _closed(text: str, spans: Sequence[Span]) -> str:
    parts, position = [], 0
    for span in spans:
        start = max(span.start, position)
        parts += [text[position:start], _ANY.sub(CLOSED, text[start : span.end])]
        position = max(position, span.end)
    return "".join((*parts, text[position:]))


def _line(raw: str, offset: int, number: int, original: str) -> Line:
    bare = raw.rstrip("\r\n")
    quote = _QUOTE.match(bare)
    after = quote.end() if quote else 0
    item = _ITEM.match(bare, after)
    first = item.end() if item else after + len(bare[after:]) - len(bare[after:].lstrip())
    end = len(bare.rstrip())
    blank = not bare.strip()
    hidden = blank and bool(original[offset : offset + len(bare)].strip())
    return Line(
        start=offset + min(first, max(end, after)),
        end=offset + max(end, min(first, end)),
        begin=offset,
        quote=quote[0].count(">") if quote else 0,
        indent=len(item["indent"].expandtabs(4)) if item else None,
        depth=len(bare[after:first].expandtabs(4)),
        number=number,
        hidden=hidden,
    )


def without_quote_marks(markdown: str) -> str:
    """The lines of a quote as they are without it."""
    return _MARKS.sub("", markdown) if ">" in markdown else markdown
