"""The lines of a page with their places, as pdfium tells them.

Asking for the box of every character would take most of the time that reading takes, so only the ends of lines are
asked for, and words only in short lines and in those that are wider than their characters explain: these may hold
cells of a table.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import pypdfium2.raw as pdfium

_HYPHEN = "\ufffe"  # what pdfium gives for a hyphen with the end of the line behind it
_LINE = re.compile(r"[^\r\n\ufffe]+")
_MARK = re.compile(
    r"[•‣◦▪●○■□–*·-]|\(?(?:\d{1,3}(?:\.\d{1,2})*|[A-Za-z]|[ivx]{1,4})[.)]?"
)  # of an item or a heading
_WIDE = 1.25  # times the usual width of a character, from which a line is looked into
_SHORT = 60  # characters
_GAP = 0.7  # times the height of a line, from which white space parts cells
_LONG_GAP = 1.3  # the same in a long line, where justified words stand far apart
_LEAST_GAP = 6.0  # points
_SAMPLE = 8  # long lines of a page
_BULLETS = "•‣◦▪●○■□–·*-"  # often of another size than what they stand before


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print; coordinates are in points, upwards from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    cells: tuple[tuple[float, float, str], ...] = ()  # (left, right, text), where it holds several

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def lines_of(textpage: Any) -> list[Line]:
    """The lines of a page in the order in which they were drawn."""
    text = textpage.get_text_range()
    if len(text) != textpage.count_chars():
        text = "".join(
            chr(pdfium.FPDFText_GetUnicode(textpage.raw, at)) for at in range(textpage.count_chars())
        )
    boxes = _Boxes(textpage.raw)
    found = []
    for match in _LINE.finditer(text):
        start, end = _trimmed(text, match.start(), match.end())
        if start < end and (line := boxes.line(text, start, end)):
            found.append((line, start, end))
    if not found:
        return []
    usual = median((line.right - line.left) / line.height / (end - start) for line, start, end in found)
    long = [one for one in found if one[2] - one[1] > _SHORT]
    # Two columns may have been drawn line by line: a few lines tell.
    whole = any(
        boxes.with_cells(text, *one, _LONG_GAP).cells for one in long[:: max(1, len(long) // _SAMPLE)]
    )
    lines = []
    for line, start, end in found:
        is_short = end - start <= _SHORT
        is_wide = (line.right - line.left) / line.height / (end - start) > _WIDE * usual
        if is_short or is_wide or whole:
            line = boxes.with_cells(text, line, start, end, _GAP if is_short or is_wide else _LONG_GAP)
        lines.append(line if text[end : end + 1] != _HYPHEN else replace(line, text=f"{line.text}-"))
    return lines


class _Boxes:
    """Asks for boxes of characters, into memory that is kept."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._box = pdfium.FS_RECTF()
        self._to = ctypes.byref(self._box)

    def _ask(self, at: int) -> Any:
        return self._box if pdfium.FPDFText_GetLooseCharBox(self._raw, at, self._to) else None

    def line(self, text: str, start: int, end: int) -> Line | None:
        """The line that the characters from `start` to `end` make; None where it has no extent."""
        middle = (start + end) // 2
        while middle < end - 1 and text[middle].isspace():
            middle += 1
        asked = [
            (box.left, box.bottom, box.right, box.top)
            for at in (start, middle, end - 1)
            if (box := self._ask(at))
        ]
        if not asked:
            return None
        left, right = min(box[0] for box in asked), max(box[2] for box in asked)
        # A line of print holds marks and words of other sizes; most of it has the middle one.
        own = asked[1:] if text[start] in _BULLETS and len(asked) > 1 else asked
        _, bottom, _, top = sorted(own, key=lambda box: box[3] - box[1])[len(own) // 2]
        if not (left < right and bottom < top):
            return None
        return Line(text[start:end], left, bottom, right, top)

    def with_cells(self, text: str, line: Line, start: int, end: int, gap: float) -> Line:
        """The line with its cells, which white of `gap` times its height parts."""
        cells: list[tuple[float, float, str]] = []
        first, left = start, line.left
        for at in range(start + 1, end - 1):
            if text[at] != " " or text[at - 1] == " ":
                continue
            box = self._ask(at - 1)
            before = box.right if box is not None else left
            following = at + 1
            while text[following] == " ":
                following += 1
            box = self._ask(following)
            after = box.left if box is not None else before
            is_mark = first == start and _MARK.fullmatch(text[start:at]) is not None
            if after - before > max(_LEAST_GAP, gap * line.height) and not is_mark:
                cells.append((left, before, text[first:at]))
                first, left = following, after
        cells.append((left, line.right, text[first:end]))
        if len(cells) < 2:
            return line
        return Line(line.text, line.left, line.bottom, line.right, line.top, tuple(cells))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
