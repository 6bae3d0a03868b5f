"""Where a note does not read as prose: code, math and comments, each with its places.

What a person writes in a comment is not part of the note as it reads; what looks like markup within code or math
is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.notes.note import Note, Span
from kb.notes.source import blank_out

_LINE_COMMENT = re.compile(r"(?<![^\r\n])[ \t>]*%%")


@dataclass(frozen=True, slots=True)
class Opaque:
    """Ranges of a note's text, each kind in the order of the text."""

    code: tuple[Span, ...]  # blocks and spans, with their marks
    math: tuple[Span, ...]
    comments: tuple[Span, ...]  # `%% %%` and `<!-- -->`; one that is never closed reaches to the end


def opaque_spans(note: Note) -> Opaque:
    """What in `note` is code, math or a comment."""
    prose = blank_out(note.text, (Span(0, note.body.start), *note.code))
    found: dict[str, list[Span]] = {"`": [], "$": [], "c": []}
    for span in note.hidden:
        begin = prose[span.start : span.end].lstrip(" \t>")[:4]
        if begin.startswith(("%", "<!--")):
            found["c"].append(span)
        elif begin[:1] in found:
            found[begin[0]].append(span)
    unclosed = _unclosed_comment(blank_out(prose, [span for spans in found.values() for span in spans]))
    if unclosed is not None:
        found["c"].append(Span(unclosed, len(note.text)))
        found["`"] = [span for span in found["`"] if span.start < unclosed]
        found["$"] = [span for span in found["$"] if span.start < unclosed]
    code = sorted((*note.code, *found["`"]), key=lambda span: span.start)
    return Opaque(tuple(code), tuple(found["$"]), tuple(found["c"]))


def without_comments(note: Note) -> str:
    """The note's text with its comments turned to spaces; its length and lines stay as they are."""
    comments = opaque_spans(note).comments
    return blank_out(note.text, comments) if comments else note.text


def _unclosed_comment(prose: str) -> int | None:
    """Where a comment begins that nothing closes: HTML anywhere, as CommonMark has it; `%%` only as a line's start."""
    html = prose.find("<!--")
    line = _LINE_COMMENT.search(prose)
    starts = [start for start in (html, line.start() if line else -1) if start >= 0]
    return min(starts) if starts else None
