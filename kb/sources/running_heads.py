"""What is printed at the top and bottom of every page: running heads and page numbers, which nobody reads as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.sources.pdf_lines import Line

_EDGE = 0.12  # of the page's height, from which on no line is taken for a running head
_OFTEN = 0.25  # share of pages that a running head stands on at least: left and right ones may differ
_FEWEST = 3  # pages
_LINES = 3  # looked at, from each edge
_WHITE = 0.75  # of a line's height, between a running head and the text
_NUMBER = re.compile(
    r"\W*+(?:(?:page|seite|p|pág|página|pagina|第)\W*+)?(?:\d{1,4}+|[ivxlc]{1,6}+)\W*+(?:页\W*+)?"
    r"(?:(?:of|von|de|di)?\W*+\d{1,4}+\W*+)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_AT_START, _AT_END = re.compile(r"(\d{1,4})\s"), re.compile(r"\s(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """The lines of one page."""

    number: int  # from 1
    height: float
    lines: list[Line]


def without_running_heads(pages: Sequence[PrintedPage]) -> list[PrintedPage]:
    """The pages without what repeats at their edges."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_key(line) for line in _at_edge(page)})
    least = max(_FEWEST, _OFTEN * len(pages))
    often = {key for key, count in counts.items() if count >= least}
    # A chapter's name stands beside the page's number, which goes up as the pages do.
    offsets = Counter(offset for page in pages for offset in {_offset(page, line) for line in _at_edge(page)})
    usual: set[int | None] = {at for at, count in offsets.items() if at is not None and count >= least}
    return [PrintedPage(page.number, page.height, _kept(page, often, usual)) for page in pages]


def _kept(page: PrintedPage, often: set[str], offsets: set[int | None]) -> list[Line]:
    edge = {
        id(line)
        for line in _at_edge(page)
        if _key(line) in often or _NUMBER.fullmatch(line.text) or _offset(page, line) in offsets
    }
    return [line for line in page.lines if id(line) not in edge]


def _at_edge(page: PrintedPage) -> list[Line]:
    """The lines near an edge that stand apart from the text."""
    upwards = sorted(page.lines, key=lambda line: line.middle)
    low = [line for line in upwards if line.middle < _EDGE * page.height]
    high = [line for line in reversed(upwards) if line.middle > (1 - _EDGE) * page.height]
    return [*_apart(low, upwards[len(low) :]), *_apart(high, upwards[: len(upwards) - len(high)][::-1])]


def _apart(edge: list[Line], inner: list[Line]) -> list[Line]:
    """The outermost lines of `edge`, from outside, up to the first white between two."""
    lines = [*edge[: _LINES + 1], *inner[:1]] if len(edge) <= _LINES else edge[: _LINES + 1]
    for end in range(1, len(lines)):
        outer, next_one = lines[end - 1], lines[end]
        white = abs(outer.middle - next_one.middle) - (outer.height + next_one.height) / 2
        if white > _WHITE * next_one.height:
            return lines[:end]
    return lines if not inner and len(edge) <= _LINES else []


def _offset(page: PrintedPage, line: Line) -> int | None:
    """By how much the number at an end of the line is higher than that of the page; None without one."""
    found = _AT_END.search(line.text) or _AT_START.match(line.text)
    return int(found[1]) - page.number if found else None


def _key(line: Line) -> str:
    """The line with its numbers left out, and about where it stands."""
    return f"{round(line.middle / 6)} {_DIGITS.sub('#', line.text).casefold()}"
