"""A link as it is written: where its path and its anchor stand, and in which spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.notes.grammar.bracket import path_span
from kb.notes.note import Link, Note, Span
from kb.notes.yaml_quotes import quote_around, without_escapes

_TABLE_ROW = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?\|")
_LINE = re.compile(r"[^\r\n]*+")


@dataclass(frozen=True, slots=True)
class Written:
    """The parts of a link in its note."""

    is_markdown: bool
    in_angles: bool  # `<a path>`
    raw_path: str  # as it is written
    path: str  # without escapes; percent-encoding stays
    path_span: Span
    anchor_span: Span | None  # behind the `#`
    by_name_only: bool = False  # the label-first dialect, which knows names of files only


def parts_of(text: str, link: Link, *, label_first: bool = False, mark: str = "") -> Written | None:
    """The parts of `link` in `text`, within a YAML value in quotation marks `mark`; None when it is not written out."""
    if link.written is None or link.kind == "block":
        return None
    if label_first:
        return _label(text, link)
    raw = text[link.written.start : link.written.end]
    opening = text[link.span.start : link.span.start + 4].lstrip("!#")
    if not opening.startswith("[["):
        span = path_span(text, link.written)
        in_angles = text[link.written.start - 1 : link.written.start] == "<"
        anchor = Span(span.end + 1, link.written.end) if span.end < link.written.end else None
        query = text.find("?", span.start, span.end)
        if query >= 0:
            span = Span(span.start, query)
        target = link.target.partition("?")[0] if query >= 0 else link.target
        return Written(True, in_angles, text[span.start : span.end], target, span, anchor)
    at = raw.find("#")
    caret = raw.find("^") if at < 0 else -1
    end = at if at >= 0 else caret if caret >= 0 else len(raw)
    path = raw[:end].rstrip()
    span = Span(link.written.start, link.written.start + len(path))
    anchor = Span(link.written.start + end + (at >= 0), link.written.end) if end < len(raw) else None
    return Written(False, False, path, without_escapes(path, mark), span, anchor)


def _label(text: str, link: Link) -> Written | None:
    assert link.written is not None
    bar = text.find("|", link.written.end, link.span.end)
    if bar < 0:
        return None
    raw = text[bar + 1 : link.span.end - 2]
    lead = len(raw) - len(raw.lstrip())
    end = raw.find("#") if "#" in raw else len(raw)
    path = raw[lead:end].rstrip()
    start = bar + 1 + lead
    anchor = Span(bar + 1 + end + 1, link.span.end - 2) if end < len(raw) else None
    return Written(False, False, path, path, Span(start, start + len(path)), anchor, by_name_only=True)


def quote_of(note: Note, link: Link) -> str:
    """The quotation mark of the property's value that holds the link, if one does."""
    if link.span.start >= note.body.start:
        return ""
    start = max(note.text.rfind("\n", 0, link.span.start), note.text.rfind("\r", 0, link.span.start)) + 1
    line = _LINE.match(note.text, start, note.body.start)
    return quote_around(line[0], link.span.start - start) if line else ""


def in_table(note: Note, offset: int) -> bool:
    """Whether a bar at `offset` would end a table's cell."""
    if any(block.kind == "table" and block.span.start <= offset < block.span.end for block in note.blocks):
        return True
    line = max(note.text.rfind("\n", 0, offset), note.text.rfind("\r", 0, offset)) + 1
    return _TABLE_ROW.match(note.text, line) is not None
