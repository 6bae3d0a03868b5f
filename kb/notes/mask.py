"""Which stretches of a note are not prose: code, math and comments hold no links and no tags."""

from __future__ import annotations

import re
from bisect import bisect_left

from kb.notes.note import Span

_MARK = re.compile(r"(?P<escape>\\[\\`$%<])|(?P<ticks>`++)|(?P<comment>%%)|(?P<html><!--)|(?P<math>\$\$?)")
# Pandoc's rule: no space inside the dollars, no digit after, so that "$5 and $6" is money.
_INLINE_MATH = re.compile(r"\$(?=[^\s$])(?:\\.|[^$\n\r\\])*+(?<!\s)\$(?!\d)")
_BLANK_LINES = re.compile(r"(?:\r\n?|\n)[ \t]*+(?:\r\n?|\n)")


def inline_masks(text: str) -> list[Span]:
    """Code spans, math and comments in `text`, whose code blocks are blanked out already; ordered."""
    closings = _Closings(text)
    masks: list[Span] = []
    position = 0
    while match := _MARK.search(text, position):
        start = match.start()
        end = closings.end_of(match)
        if end is None:
            position = match.end()
        else:
            masks.append(Span(start, end))
            position = end
        if match.lastgroup == "escape":
            position = match.end()
    return masks


class _Closings:
    """Finds where a mark closes, each search bounded so that the whole stays linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.paragraph_ends = [match.start() for match in _BLANK_LINES.finditer(text)]
        self.missing: set[str] = set()
        self.next_ticks = self._pair_ticks()

    def _pair_ticks(self) -> dict[int, int]:
        """Start of each run of backticks -> end of the next run of the same length."""
        runs = [match.span() for match in re.finditer(r"`++", self.text)]
        following: dict[int, int] = {}
        last: dict[int, tuple[int, int]] = {}
        for start, end in reversed(runs):
            size = end - start
            if size in last:
                following[start] = last[size][1]
            last[size] = (start, end)
        return following

    def end_of(self, match: re.Match[str]) -> int | None:
        kind, start = match.lastgroup, match.start()
        if kind == "ticks":
            return self._within_paragraph(start, self.next_ticks.get(start))
        if kind == "comment":
            return self._after("%%", match.end())
        if kind == "html":
            return self._after("-->", match.end())
        if kind == "math":
            if match[0] == "$$":
                return self._after("$$", match.end())
            inline = _INLINE_MATH.match(self.text, start)
            return inline.end() if inline else None
        return None

    def _within_paragraph(self, start: int, end: int | None) -> int | None:
        if end is None:
            return None
        index = bisect_left(self.paragraph_ends, start)
        if index < len(self.paragraph_ends) and self.paragraph_ends[index] < end:
            return None
        return end

    def _after(self, closing: str, position: int) -> int | None:
        # Once a closing mark is known to be missing further on, it is not looked for again.
        if closing in self.missing:
            return None
        found = self.text.find(closing, position)
        if found < 0:
            self.missing.add(closing)
            return None
        return found + len(closing)
