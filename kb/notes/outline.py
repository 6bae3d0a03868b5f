"""Lists as outlines: which item stands under which, to any depth, without recursion."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.notes.note import Span
from kb.notes.source import Lines

_ITEM = re.compile(r"(?P<indent>[ \t]*+(?:>[ \t]?)*+[ \t]*+)(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)")
_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Item:
    """One list item. Its own text is `span`; with all that stands under it, it goes to `tree_end`."""

    span: Span
    ancestors: tuple[int, ...]  # indices of the items above it, outermost first; the nearest ones only
    tree_end: int
    next_sibling: int  # index of the first later item that is not under this one


def outline(lines: Lines, span: Span) -> list[Item]:
    """The items of the list at `span` in order; text before the first item is an item of its own."""
    first, last = lines.line_at(span.start), lines.line_at(max(span.start, span.end - 1))
    starts: list[tuple[int, int]] = []  # line, width of its indent
    fence = ""
    for number in range(first, last + 1):
        line = lines.line(number)
        item = _ITEM.match(line) if not fence else None
        if item or number == first:
            starts.append((number, len(item["indent"].replace(">", " ").expandtabs(4)) if item else 0))
        if opening := _FENCE.match(line):
            mark = opening[1]
            if not fence:
                fence = mark
            elif mark[0] == fence[0] and len(mark) >= len(fence):
                fence = ""
    own = [
        lines.span(number, starts[index + 1][0] if index + 1 < len(starts) else last + 1)
        for index, (number, _) in enumerate(starts)
    ]
    return _nest(own, [width for _, width in starts])


def _nest(own: list[Span], widths: list[int]) -> list[Item]:
    count = len(own)
    ancestors: list[tuple[int, ...]] = []
    following = [count] * count
    stack: list[int] = []
    for index, width in enumerate(widths):
        while stack and widths[stack[-1]] >= width:
            following[stack.pop()] = index
        # Nobody needs more than the nearest parents, and whole chains would be quadratic in depth.
        ancestors.append(tuple(stack[-12:]))
        stack.append(index)
    return [
        Item(own[index], ancestors[index], own[following[index] - 1].end, following[index])
        for index in range(count)
    ]
