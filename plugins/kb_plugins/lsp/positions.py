"""Offsets in a text as an editor counts them: by line, then in units of UTF-8, UTF-16 or UTF-32."""

from __future__ import annotations

from lsprotocol.types import Position, Range

from kb.plugin_api import Span
from kb.plugin_api.editing import Lines

_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Places:
    """The places in one text, counted in units of `encoding`: utf-8, utf-16 or utf-32."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self._codec, self._size = _CODECS[encoding]

    def position(self, offset: int) -> Position:
        """Where the character at `offset` stands."""
        number = self.lines.line_at(offset)
        return Position(number, self._units(self.text[self.lines.starts[number] : offset]))

    def range(self, start: int, end: int) -> Range:
        """The range of the characters from `start` up to `end`."""
        return Range(self.position(start), self.position(end))

    def span(self, span: Span) -> Range:
        """The range of a span."""
        return self.range(span.start, span.end)

    def offset(self, position: Position) -> int:
        """The offset at `position`; behind a line's end is its end, and inside a character is before it."""
        if position.line >= len(self.lines):
            return len(self.text)
        start, end = self.lines.starts[position.line], self.lines.ends[position.line]
        line = self.text[start:end]
        if line.isascii() or self._size == 4:
            return start + min(position.character, len(line))
        data = line.encode(self._codec, "surrogatepass")[: position.character * self._size]
        return start + len(data.decode(self._codec, "ignore"))

    def _units(self, text: str) -> int:
        if text.isascii() or self._size == 4:
            return len(text)
        return len(text.encode(self._codec, "surrogatepass")) // self._size
