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
_RULE = re.compile(r"[ \t>]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+)$")
_TABLE_RULE = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+$")
_PROPERTY = re.compile(r"[ \t]*[^\W\d_][\w /.-]{0,60}::[ \t]")
_DEFINITION = re.compile(r"[ ]{0,3}:[ \t]+")
_CHAT = re.compile(
    r"[ \t>]*(?:\[?\(?\d{1,2}:\d{2}(?::\d{2})?(?:[ \t]?[AaPp][Mm])?\]?\)?[ \t]+\S|\*\*[^*\n]{1,40}(?::\*\*|\*\*[ \t]*:)"
    r"|(?:[A-Z][\w.'-]*[ \t]?){1,3}(?:\(\d[^()\n]*\))?:[ \t]+\S|\[\d{4}-\d\d-\d\d)"
)
_HARD_BREAK = re.compile(r"(?:[ ]{2,}|\\|<br[ \t]*/?>)$")
_LABEL = re.compile(
    r"(?:\*\*|__|`|==)[^*_`=\n]{1,80}(?:\*\*|__|`|==)[ \t]*(?:[:–—-]|::)|(?:\*\*|__)[^*_\n]{1,80}[:.](?:\*\*|__)"
)
_ENDS_WHOLE = re.compile(r"[.!?…。！？][\"'”’»)\]*_]*$")


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


def split_sentences(source: str, span: Span) -> list[Sentence]:
    """The sentences and items of `source` within `span`, in order; together they hold all its words."""
    start, end = max(0, span.start), min(len(source), span.end)
    if start >= end:
        return []
    # Work on the stretch alone, so that many passages of one long note cost no more than the note.
    piece = source[start:end]
    lines = Lines(piece)
    first_line = _line_number(source, start)
    found: list[tuple[int, int, str]] = []
    for kind, begin, stop in _gather(piece, list(_units(lines))):
        raw = piece[begin:stop]
        plain = one_line(plain_code(raw) if kind == "code" else plain_text(raw))
        if not any(character.isalnum() for character in plain):
            continue
        found.append((begin, stop, plain))
    return [
        Sentence(Span(start + begin, start + stop), first_line + lines.line_at(begin), plain)
        for begin, stop, plain in found
    ]


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


def _broken(lines: Lines, number: int) -> bool:
    return number >= 0 and bool(_HARD_BREAK.search(lines.line(number)))


def _gather(piece: str, units: list[_Unit]) -> Iterator[tuple[str, int, int]]:
    """Units to sentences: labels and bare headings go with what follows, long text is split."""
    carried: int | None = None  # where a label or heading begins that waits for its text
    index = 0
    while index < len(units):
        unit = units[index]
        raw = piece[unit.start : unit.end]
        following = units[index + 1] if index + 1 < len(units) else None
        begin = unit.start if carried is None else carried
        if following and _leads_in(unit, raw, following):
            stop = _short_list(units, index)
            if stop and carried is None and unit.kind != "heading":
                yield unit.kind, unit.start, units[stop].end
                index = stop + 1
                continue
            if carried is None or unit.start - carried < WHOLE_ITEM:
                carried = begin
                index += 1
                continue
        carried = None
        if unit.kind in ("row", "code", "heading") or _is_whole(unit, raw):
            yield unit.kind, begin, unit.end
        else:
            for start, end in _sentence_spans(piece, unit):
                yield unit.kind, min(begin, start), end
                begin = end
        index += 1


def _leads_in(unit: _Unit, raw: str, following: _Unit) -> bool:
    if unit.kind == "heading":
        return following.kind not in ("heading", "code") and not _ENDS_WHOLE.search(raw)
    if unit.kind in ("row", "code") or following.kind in ("code", "heading"):
        return False
    text = raw.rstrip(" \t*_")
    if not text.endswith((":", "：")) or len(raw) > WHOLE_LIST:
        return False
    return unit.kind != "item" or following.depth > unit.depth or following.kind != "item"


def _short_list(units: list[_Unit], index: int) -> int | None:
    """The last item of the list that a lead-in introduces, when all of it is short enough to quote whole."""
    lead = units[index]
    last = index
    for position in range(index + 1, len(units)):
        unit = units[position]
        deeper = unit.depth > lead.depth if lead.kind == "item" else True
        if unit.kind != "item" or not deeper:
            break
        if unit.end - lead.start > WHOLE_LIST:
            return None
        last = position
    return last if last > index else None


def _is_whole(unit: _Unit, raw: str) -> bool:
    return unit.kind == "item" and len(raw) <= WHOLE_ITEM and bool(_LABEL.match(raw))


def _sentence_spans(piece: str, unit: _Unit) -> Iterator[tuple[int, int]]:
    raw = piece[unit.start : unit.end]
    begin = 0
    for end in sentence_ends(raw):
        first = begin + len(raw[begin:end]) - len(raw[begin:end].lstrip())
        text = raw[first:end].rstrip()
        if text:
            yield unit.start + first, unit.start + first + len(text)
        begin = end
