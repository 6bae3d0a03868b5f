"""A stretch of a note as the sentences and items a reader would quote, each with its exact place.

A sentence here is what makes sense alone: a whole sentence of a hard-wrapped paragraph, a list item, a table
row, a line of a chat. What stands above an item (parents, headings) is context and not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.notes.breaks import sentence_ends
from kb.notes.note import Span
from kb.notes.plain import one_line, plain_code, plain_text
from kb.notes.source import Lines
from kb.notes.units import Unit, is_card, read_units

# A labelled item is one thought up to this length; a longer one is told sentence by sentence.
WHOLE_ITEM = 320
# A lead-in ("The kinds are:") and its short list are one quote up to this length.
WHOLE_LIST = 240

_FULL_STOPS = (".", "!", "?", "…", "。", "！", "？")
_LABEL = re.compile(
    r"(?:\*\*|__|`|==)[^*_`=\n]{1,80}(?:\*\*|__|`|==)[ \t]*(?:[:–—-]|::)|(?:\*\*|__)[^*_\n]{1,80}[:.](?:\*\*|__)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A quotable piece of a note."""

    span: Span
    line: int  # 1-based
    text: str  # on one line, without markup


@dataclass(slots=True)
class _Chunk:
    """A sentence of a unit, before labels are put together with what they announce."""

    kind: str
    depth: int
    start: int
    end: int
    text: str
    closes: bool = False  # the last of its unit


def split_sentences(source: str, span: Span) -> list[Sentence]:
    """The sentences and items of `source` within `span`, in order; together they hold all its words."""
    start, end = max(0, span.start), min(len(source), span.end)
    if start >= end:
        return []
    # Work on the stretch alone, so that many passages of one long note cost no more than the note.
    piece = source[start:end]
    lines = Lines(piece)
    first_line = _line_number(source, start)
    found = []
    for group in _join(_chunks(piece, lines)):
        text = _joined_text([chunk.text for chunk in group])
        begin, stop = group[0].start, group[-1].end
        found.append(Sentence(Span(start + begin, start + stop), first_line + lines.line_at(begin), text))
    return found


def _line_number(source: str, offset: int) -> int:
    newlines = source.count("\n", 0, offset)
    if "\r" in source:
        newlines += source.count("\r", 0, offset) - source.count("\r\n", 0, offset + 1)
    return newlines + 1


def _chunks(piece: str, lines: Lines) -> list[_Chunk]:
    """The sentences of each unit, those without a word left out."""
    chunks: list[_Chunk] = []
    for unit in read_units(lines):
        raw = piece[unit.start : unit.end]
        if unit.kind in ("row", "code", "heading") or is_card(raw) or _is_whole(unit, raw):
            spans = [(unit.start, unit.end)]
        else:
            spans = list(_sentence_spans(raw, unit.start))
        made = []
        for begin, stop in spans:
            part = piece[begin:stop]
            text = one_line(plain_code(part) if unit.kind == "code" else plain_text(part, keep_urls=True))
            if any(character.isalnum() for character in text):
                made.append(_Chunk(unit.kind, unit.depth, begin, stop, text))
        if made:
            made[-1].closes = True
        chunks.extend(made)
    return chunks


def _join(chunks: list[_Chunk]) -> Iterator[list[_Chunk]]:
    """Put a lead-in together with its short list, or with the first of what follows."""
    index = 0
    while index < len(chunks):
        size = 1
        if index + 1 < len(chunks) and _leads_in(chunks[index], chunks[index + 1]):
            size = _short_list(chunks, index)
            following = chunks[index + 2] if index + 2 < len(chunks) else None
            if size == 1 and not (following and _leads_in(chunks[index + 1], following)):
                size = 2
        yield chunks[index : index + size]
        index += size


def _leads_in(chunk: _Chunk, following: _Chunk) -> bool:
    """True when `chunk` says little without `following`: a label, or a heading above a bare word."""
    if chunk.kind == "heading":
        is_bare = len(following.text.split()) < 4 and not following.text.endswith(_FULL_STOPS)
        return following.kind != "heading" and is_bare
    if not chunk.closes or chunk.kind in ("row", "code") or following.kind in ("code", "heading"):
        return False
    if not chunk.text.endswith((":", "：")) or len(chunk.text) > WHOLE_LIST:
        return False
    return chunk.kind != "item" or following.kind != "item" or following.depth > chunk.depth


def _short_list(chunks: list[_Chunk], index: int) -> int:
    """How many chunks the lead-in and its list are, when all of it is short enough to quote whole; else 1."""
    lead = chunks[index]
    if lead.kind == "heading":
        return 1
    size = 1
    for number in range(index + 1, len(chunks)):  # a slice would copy all the rest for each lead-in
        chunk = chunks[number]
        if chunk.kind != "item" or (lead.kind == "item" and chunk.depth <= lead.depth):
            break
        if chunk.end - lead.start > WHOLE_LIST:
            return 1
        size += 1
    return size


def _joined_text(texts: list[str]) -> str:
    """Items in one line need something between them that is not there in the list."""
    joined = texts[0]
    for text in texts[1:]:
        joined += " " if joined[-1] in ".:;,!?…。：！？" else ("; " if len(texts) > 2 else ": ")
        joined += text
    return joined


def _is_whole(unit: Unit, raw: str) -> bool:
    return unit.kind == "item" and len(raw) <= WHOLE_ITEM and bool(_LABEL.match(raw))


def _sentence_spans(raw: str, base: int) -> Iterator[tuple[int, int]]:
    begin = 0
    for end in sentence_ends(raw):
        text = raw[begin:end]
        first = begin + len(text) - len(text.lstrip())
        last = begin + len(text.rstrip())
        if first < last:
            yield base + first, base + last
        begin = end
