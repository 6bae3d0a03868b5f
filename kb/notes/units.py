"""Lines that belong together: a paragraph, a list item, a row, a turn of a chat; what sentences are cut from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kb.notes.source import Lines

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
_UNDERLINE = re.compile(r"[ ]{0,3}(?:=+|-+)[ \t]*+$")
_DEFINITION = re.compile(r"[ ]{0,3}:[ \t]+")
_CHAT = re.compile(
    r"[ \t>]*(?:\[?\(?\d{1,2}:\d{2}(?::\d{2})?(?:[ \t]?[AaPp][Mm])?\]?\)?[ \t]+\S|\*\*[^*\n]{1,40}(?::\*\*|\*\*[ \t]*:)"
    r"|(?:[A-Z][\w.'-]*[ \t]?){1,3}(?:\(\d[^()\n]*\))?:[ \t]+\S|\[\d{4}-\d\d-\d\d)"
)
_HARD_BREAK = re.compile(r"(?:[ ]{2}|\\|<br[ \t]?/?>)$")
_ENDS_WHOLE = re.compile(r"[.:!?…。！？][\"'”’»)\]*_]*$")


@dataclass(slots=True)
class Unit:
    """One group of lines, from `start` to `end` in the text, without its list mark."""

    kind: Literal["text", "item", "row", "code", "heading"]
    start: int
    end: int
    depth: int = 0  # columns its list mark is indented by


def read_units(lines: Lines) -> Iterator[Unit]:
    """Group the lines; the unit in hand is closed by whatever cannot go on with it."""
    unit: Unit | None = None
    fence = ""
    table = _table_lines(lines)
    for number in range(len(lines)):
        line, start, end = lines.line(number), lines.starts[number], lines.ends[number]
        if fence:
            if _closes(line, fence):
                fence = ""
            elif line.strip():
                yield Unit("code", start, end)
            continue
        quote = _QUOTE.match(line)
        inner = line[quote.end() :] if quote else line
        opening = _FENCE.match(line)
        if unit and _goes_on(lines, number, inner) and not opening and number not in table:
            unit.end = end
            continue
        before, unit = unit, None
        if before:
            if (
                before.kind == "text"
                and _UNDERLINE.match(inner)
                and lines.line_at(before.start) == number - 1
            ):
                before.kind = "heading"
            yield before
        if opening:
            fence = opening[1]
        elif number in table:
            yield from () if _TABLE_RULE.match(line) else (Unit("row", start, end),)
        elif _HEADING.match(line):
            yield Unit("heading", start, end)
        elif item := _ITEM.match(line):
            unit = Unit("item", start + item.end(), end, _width(item["indent"]))
        elif not _is_empty(line, inner):
            depth = before.depth if before else _width(line[: len(line) - len(line.lstrip())])
            kind = before.kind if before and _follows(lines, number) else "text"
            unit = Unit("item" if kind == "item" else "text", end - len(inner), end, depth)
    if unit:
        yield unit


def is_card(raw: str) -> bool:
    """True for a flashcard of one line, whose two sides make one quote."""
    return "\n" not in raw and _CARD.match(raw) is not None


def _closes(line: str, fence: str) -> bool:
    mark = line.strip(" \t>")
    return mark.startswith(fence) and not mark.strip(fence[0])


def _is_empty(line: str, inner: str) -> bool:
    """A blank line, a rule or a lone list mark: it ends what stands above and begins nothing."""
    return bool(not inner.strip() or _RULE.match(inner) or _TABLE_RULE.match(line) or _EMPTY_ITEM.match(line))


def _goes_on(lines: Lines, number: int, inner: str) -> bool:
    """True when the line continues the paragraph or item before it."""
    line = lines.line(number)
    return not (
        _is_empty(line, inner)
        or _HEADING.match(line)
        or _ITEM.match(line)
        or _CHAT.match(line)
        or _PROPERTY.match(line)
        or _CARD.match(line)
        or _DEFINITION.match(line)
        or _announces(lines, number)
        or _HARD_BREAK.search(lines.line(number - 1))
    )


def _follows(lines: Lines, number: int) -> bool:
    return number > 0 and not lines.is_blank(number - 1)


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
