"""From lines in reading order to paragraphs, headings, list items and tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from kb.sources.pdf_lines import Line

_MORE = 0.25  # of a line's height: so much more white than usual above a line begins a paragraph
_LEAST_WHITE = 0.35  # the same for all white, where lines are set close
_INDENT = 0.8  # of a line's height
_OTHER_SIZE = 1.3  # times another line's height, from which it is of another kind; code in prose is smaller
_SAME_SIZE = 1.1  # the same of the lines of one heading
_HEADING_SIZE = 1.15  # times the usual height
_LONGEST_HEADING = 140  # characters
_ITEM = re.compile(r"(?:[•‣◦▪●○■□–*·-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")
_BULLET = re.compile(r"[•‣◦▪●○■□·–]\s+")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+[^\W\d_]")
_LEADER = re.compile(r"(?<!\.[ .])(?:\.[ .]){4,}+[ .]*+[\divxlc]{1,6}$")
_STOP = re.compile(r"[.!?:;,。！？：；，][\"'”’»)\]]*$")
_ENDS = re.compile(r"[.!?:。！？：][\"'”’»)\]]*$")
_BROKEN = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,}+)[-\u2010\u00ad]$")
_BEGINS_LOWER = re.compile(r"[^\W\d_]+")
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


@dataclass(slots=True)
class Printed:
    """A block of a page."""

    kind: Literal["paragraph", "heading", "item", "table"]
    lines: list[Line]
    level: int = 0  # of a heading

    @property
    def height(self) -> float:
        """Of its print, in points."""
        return max(line.height for line in self.lines)


def blocks_of(lines: Sequence[Line], usual: float, white: float, *, numbered: bool = True) -> list[Printed]:
    """The blocks that the lines of a page make; in most of the document a line is `usual` points high, and has white of
    `white` times its height above it.

    With `numbered`, a short line with a number that stands alone is a heading.

    Lines of a table of contents are left out: they name everything and say nothing.
    """
    lines = [line for line in lines if not _LEADER.search(line.text)]
    found: list[Printed] = []
    right = 0.0
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else None
        last = found[-1] if found else None
        if (
            last is not None
            and before is not None
            and _goes_on(last, before, line, _kind(line, usual), (right, white))
        ):
            last.lines.append(line)
            right = max(right, line.right)
        else:
            found.append(Printed(_kind(line, usual), [line]))
            right = (
                line.right
                if last is None or not _same_column(last.lines[-1], line)
                else max(right, line.right)
            )
    following = [*found, None][1:]
    return [
        _settled(block, after if numbered else None) for block, after in zip(found, following, strict=True)
    ]


def usual_white(pages: Iterable[Sequence[Line]]) -> float:
    """The white above a line in most of a document, in heights of a line; `pages` are in reading order."""
    found = [
        (one.bottom - other.top) / other.height
        for lines in pages
        for one, other in pairwise(lines)
        if _same_column(one, other) and abs(one.height - other.height) < 0.1 * other.height
    ]
    near = [white for white in found if -0.5 < white < 2]
    return median(near) if near else 0.2


def _kind(line: Line, usual: float) -> Literal["paragraph", "heading", "item", "table"]:
    if line.cells:
        return "table"
    if (
        line.height >= _HEADING_SIZE * usual
        and len(line.text) <= _LONGEST_HEADING
        and not _STOP.search(line.text)
    ):
        return "heading"
    return "item" if _ITEM.match(line.text) else "paragraph"


def _goes_on(block: Printed, before: Line, line: Line, kind: str, page: tuple[float, float]) -> bool:
    """Whether `line` belongs to the block whose last line is `before`."""
    right, white = page
    gap = before.bottom - line.top
    height = min(before.height, line.height)
    if block.kind == "table":
        # A cell with several lines goes on below its row.
        return bool(line.cells) and -height < gap < 2.5 * height
    if line.cells:
        return False
    if not _same_column(before, line) or gap < -0.8 * height:
        # At the top of the next column a sentence goes on, but nothing else does.
        return block.kind != "heading" and line.text[0].islower() and not _ENDS.search(before.text)
    if (
        max(before.height, line.height) > _OTHER_SIZE * height
        or gap > max(_LEAST_WHITE, white + _MORE) * height
    ):
        return False
    if block.kind == "heading" or kind == "heading":
        return block.kind == kind and max(before.height, line.height) <= _SAME_SIZE * height
    if _ITEM.match(line.text):
        return False
    ends_short = before.right < right - 0.15 * (right - before.left) and _ENDS.search(before.text) is not None
    first = block.lines[0]
    is_indented = line.left > before.left + _INDENT * height and not (
        block.kind == "item" and before is first
    )
    return not ends_short and not (is_indented and len(block.lines) > 1)


def _same_column(one: Line, other: Line) -> bool:
    return one.left < other.right and other.left < one.right


def _settled(block: Printed, following: Printed | None) -> Printed:
    """A table of one row is no table; a short numbered line that stands alone is a heading."""
    if block.kind == "table" and len(block.lines) < 2:
        block.kind = "paragraph"
    if block.kind in ("paragraph", "item") and len(block.lines) == 1 and following is not None:
        text = block.lines[0].text
        found = _NUMBERED.match(text)
        stands_alone = following.kind != "item" and len(text) <= 80 and not _STOP.search(text)
        if found and stands_alone and len(text.split()) <= 10 and following.kind != "heading":
            block.kind = "heading"
    return block


def heading_number(text: str) -> int:
    """How deep a numbered heading is: 1 for `2 Methods`, 2 for `2.1 Cells`; 0 for one without a number."""
    found = _NUMBERED.match(text)
    return 1 + found[1].count(".") if found else 0


def without_bullet(text: str) -> str:
    """The words of a list item without the mark of print before it; numbers stay."""
    return _BULLET.sub("", text, count=1)


def joined(lines: Sequence[Line], vocabulary: Collection[str]) -> str:
    """The lines as one, words that were parted at their ends put together."""
    text = ""
    for line in lines:
        text = _joined(text, line.text, vocabulary) if text else line.text
    return text


def _joined(text: str, more: str, vocabulary: Collection[str]) -> str:
    broken = _BROKEN.search(text)
    rest = _BEGINS_LOWER.match(more)
    if broken and rest and rest[0][0].islower():
        whole = f"{broken[1]}{rest[0]}".casefold()
        with_hyphen = f"{broken[1]}-{rest[0]}".casefold()
        is_compound = with_hyphen in vocabulary and whole not in vocabulary
        return f"{text[:-1]}-{more}" if is_compound else f"{text[:-1]}{more}"
    if _CJK.match(more) and _CJK.match(text[-1]):
        return text + more
    return f"{text} {more}"


def rows_of(lines: Sequence[Line]) -> list[list[str]]:
    """The cells of a table by column; what goes on below a cell is put to it."""
    widest = max(lines, key=lambda line: len(line.cells))
    columns = [(left, right) for left, right, _ in widest.cells]
    rows: list[list[str]] = []
    for line in lines:
        row = [""] * len(columns)
        for left, right, text in line.cells or ((line.left, line.right, line.text),):
            at = _column(columns, left, right)
            row[at] = f"{row[at]} {text}".strip()
        if rows and not row[0] and sum(map(bool, row)) < len(columns) - 1:
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
    return rows


def _column(columns: Sequence[tuple[float, float]], left: float, right: float) -> int:
    """The column that a cell stands in: the one it overlaps most, else the nearest."""

    def distance(at: int) -> float:
        first, last = columns[at]
        overlap = min(right, last) - max(left, first)
        return -overlap

    return min(range(len(columns)), key=distance)


def words_in(texts: Iterator[str]) -> frozenset[str]:
    """Every word of the texts, folded, those with hyphens whole."""
    return frozenset(
        word.casefold().strip("-")
        for text in texts
        for word in re.findall(r"[^\W\d_]++(?:-[^\W\d_]++)*+", text)
    )
