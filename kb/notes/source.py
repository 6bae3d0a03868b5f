"""Where characters and lines of a note meet: offsets, lines, and text with ranges blanked out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from kb.notes.note import Span

# The same line ends as markdown-it's, so that its line numbers are ours.
_LINE_END = re.compile(r"\r\n?|\n")
_KEEP_LINE_ENDS = re.compile(r"[^\r\n]")


class Lines:
    """The lines of a text, for turning line numbers into offsets and back."""

    __slots__ = ("ends", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        self.ends = []
        for match in _LINE_END.finditer(text):
            self.ends.append(match.start())
            self.starts.append(match.end())
        self.ends.append(len(text))

    def __len__(self) -> int:
        return len(self.starts)

    def line_at(self, offset: int) -> int:
        """The 0-based number of the line that holds `offset`."""
        return bisect_right(self.starts, offset) - 1

    def number_at(self, offset: int) -> int:
        """The 1-based number of the line that holds `offset`."""
        return bisect_right(self.starts, offset)

    def line(self, number: int) -> str:
        """Line `number` (0-based) without its line end."""
        return self.text[self.starts[number] : self.ends[number]]

    def span(self, first: int, end: int) -> Span:
        """Lines `first` up to but not including `end`, without outer blank lines and the last line end."""
        while first < end and self.is_blank(first):
            first += 1
        while end > first and self.is_blank(end - 1):
            end -= 1
        if first >= end:
            first = min(first, len(self) - 1)
            return Span(self.starts[first], self.starts[first])
        return Span(self.starts[first], self.ends[end - 1])

    def is_blank(self, number: int) -> bool:
        start, end = self.starts[number], self.ends[number]
        return start == end or not self.text[start:end].strip()


def blank_out(text: str, spans: Iterable[Span], filler: str = " ") -> str:
    """`text` with each character in `spans` turned to `filler`; its length and lines stay as they are."""
    parts: list[str] = []
    position = 0
    for span in sorted(spans, key=lambda item: (item.start, item.end)):
        start = max(span.start, position)
        if span.end <= start:
            continue
        parts.append(text[position:start])
        parts.append(_KEEP_LINE_ENDS.sub(filler, text[start : span.end]))
        position = span.end
    parts.append(text[position:])
    return "".join(parts)
