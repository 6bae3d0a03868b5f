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

# A labelled item is one thought up to this length; a longer one is told sentence by sentence.
WHOLE_ITEM = 320
# A lead-in ("The kinds are:") and its short list are one quote up to this length.
WHOLE_LIST = 240

_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?(`{3,}|~{3,})")
_ITEM = re.compile(r"(?P<indent>[ \t>]*)(?:[-*+•]|\d{1,9}[.)])[ \t]+(?:\[[^\[\]]\][ \t]+)?")
_EMPTY_ITEM = re.compile(r"[ \t>]*(?:[-*+•]|\d{1,9}[.)])[ \t]*$")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_HEADING = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?#{1,6}[ \t]+")
_RULE = re.compile(r"[ \t>]*+(?:(?:-[ \t]*+){3,}+|(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+|=++)$")
_TABLE_RULE = re.compile(r"[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-*+:?[ \t]*+)++$")
_PROPERTY = re.compile(r"[ \t]*[^\W\d_][\w /.-]{0,60}::[ \t]")
# A flashcard of one line: question::answer, or with three colons for both directions.
_CARD = re.compile(r"[^:\n`]{3,200}:::?[^\s:]")
_DEFINITION = re.compile(r"[ ]{0,3}:[ \t]+")
_CHAT = re.compile(
    r"[ \t>]*(?:\[?\(?\d{1,2}:\d{2}(?::\d{2})?(?:[ \t]?[AaPp][Mm])?\]?\)?[ \t]+\S|\*\*[^*\n]{1,40}(?::\*\*|\*\*[ \t]*:)"
    r"|(?:[A-Z][\w.'-]*[ \t]?){1,3}(?:\(\d[^()\n]*\))?:[ \t]+\S|\[\d{4}-\d\d-\d\d)"
)
_HARD_BREAK = re.compile(r"(?:[ ]{2}|\\|<br[ \t]?/?>)$")
_LABEL = re.compile(
    r"(?:\*\*|__|`|==)[^*_`=\n]{1,80}(?:\*\*|__|`|==)[ \t]*(?:[:–—-]|::)|(?:\*\*|__)[^*_\n]{1,80}[:.](?:\*\*|__)"
)
_ENDS_WHOLE = re.compile(r"[.:!?…。！？][\"'”’»)\]*_]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A quotable piece of a note."""

    span: Span
    line: int  # 1-based
    text: str  # on one line, without markup


@dataclass(slots=True)
class _Unit:
    """Lines that belong together: a paragraph, an item with its continuation lines, a row."""

    kind: str  # "text", "item", "row", "code", "heading"
    start: int
    end: int
    depth: int = 0


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


def _units(lines: Lines) -> Iterator[_Unit]:
    """Group the lines; the unit in hand is closed by whatever cannot go on with it."""
    unit: _Unit | None = None
    fence = ""
    table = _table_lines(lines)
    for number in range(len(lines)):
        line, start, end = lines.line(number), lines.starts[number], lines.ends[number]
        if fence:
            if line.strip(" \t>").startswith(fence) and not line.strip(" \t>").strip(fence[0]):
                fence = ""
            elif line.strip():
                yield _Unit("code", start, end)
            continue
        if opening := _FENCE.match(line):
            if unit:
                yield unit
            unit, fence = None, opening[1]
            continue
        quote = _QUOTE.match(line)
        inner = line[quote.end() :] if quote else line
        if not inner.strip() or _RULE.match(inner) or _TABLE_RULE.match(line) or _EMPTY_ITEM.match(line):
            if unit:
                if inner.strip().startswith("=") or (
                    inner.strip().startswith("-") and inner.strip("- \t") == ""
                ):
                    unit.kind = (
                        "heading"
                        if unit.kind == "text" and "\n" not in lines.text[unit.start : unit.end]
                        else unit.kind
                    )
                yield unit
            unit = None
        elif number in table:
            if unit:
                yield unit
            unit = None
            yield _Unit("row", start, end)
        elif _HEADING.match(line):
            if unit:
                yield unit
            unit = None
            yield _Unit("heading", start, end)
        elif item := _ITEM.match(line):
            if unit:
                yield unit
            unit = _Unit("item", start + item.end(), end, _width(item["indent"]))
        elif unit and not (
            _CHAT.match(line)
            or _PROPERTY.match(line)
            or _CARD.match(line)
            or _DEFINITION.match(line)
            or _broken(lines, number - 1)
        ):
            unit.end = end
        else:
            depth = unit.depth if unit else _width(line[: len(line) - len(line.lstrip())])
            kind = unit.kind if unit else "text"
            if unit:
                yield unit
            begin = start + (quote.end() if quote else 0)
            unit = _Unit(kind, begin, end, depth)
    if unit:
        yield unit


def _table_lines(lines: Lines) -> set[int]:
    """Rows stand around a delimiter row; lines with bars elsewhere are text."""
    found: set[int] = set()
    for number in range(len(lines)):
        line = lines.line(number)
        if "-" in line and "|" in line and _TABLE_RULE.match(line):
            if number and "|" in lines.line(number - 1):
                found.add(number - 1)
            following = number + 1
            while following < len(lines) and following not in found and "|" in lines.line(following):
                found.add(following)
                following += 1
    if not found and all(
        "|" in lines.line(number) for number in range(len(lines)) if not lines.is_blank(number)
    ):
        # A passage from the middle of a table has no delimiter row.
        found.update(
            number for number in range(len(lines)) if lines.line(number).lstrip(" \t>").startswith("|")
        )
    return found


def _width(indent: str) -> int:
    return len(indent.expandtabs(4))


def _announces(lines: Lines, number: int) -> bool:
    """A short line with a colon after a finished line: a label, not the end of a wrapped paragraph."""
    line = lines.line(number).rstrip(" \t*_")
    return (
        line.endswith((":", "："))
        and len(line) < 80
        and bool(_ENDS_WHOLE.search(lines.line(number - 1).rstrip()))
    )


def _broken(lines: Lines, number: int) -> bool:
    return number >= 0 and bool(_HARD_BREAK.search(lines.line(number)))


def _chunks(piece: str, lines: Lines) -> list[_Chunk]:
    """The sentences of each unit, those without a word left out."""
    chunks: list[_Chunk] = []
    for unit in _units(lines):
        raw = piece[unit.start : unit.end]
        if unit.kind in ("row", "code", "heading") or _is_card(raw) or _is_whole(unit, raw):
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
        return following.kind != "heading" and len(following.text.split()) < 4
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
    for chunk in chunks[index + 1 :]:
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


def _is_card(raw: str) -> bool:
    return "\n" not in raw and _CARD.match(raw) is not None


def _is_whole(unit: _Unit, raw: str) -> bool:
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
