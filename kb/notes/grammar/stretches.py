"""From markdown-it's tokens to stretches of the note: where each paragraph, heading, item and cell stands in it.

markdown-it knows lines, not offsets, and gives the text of a block without the marks of quotes and lists before it.
What it gives of a line is the end of that line; so the place of each is found by its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from kb.notes.grammar.cell import cells
from kb.notes.grammar.definition import Definition, read_definition
from kb.notes.note import Span
from kb.notes.source import Lines, blank_out

# Blocks without text of their own; the lines of all others are inline text.
_OPAQUE = frozenset({"fence", "code_block", "html_block", "math_block", "comment_block", "hr"})


@dataclass(slots=True)
class Stretches:
    """Where inline text stands; `marks` are signs of quotes and lists within it, `hidden` what is no text at all."""

    inline: list[Span] = field(default_factory=list)
    marks: list[Span] = field(default_factory=list)
    definitions: list[Span] = field(default_factory=list)
    comments: list[Span] = field(default_factory=list)
    hidden: list[Span] = field(default_factory=list)  # HTML, formulas, comments


class _Reader:
    """Collects stretches; `shown` are the lines that markdown-it read, where long ones were cut."""

    def __init__(self, lines: Lines, first: int, shown: Sequence[str] | None) -> None:
        self.lines, self.first, self.shown = lines, first, shown
        self.found = Stretches()
        self.covered = bytearray(len(lines) + 1)

    def cover(self, start: int, end: int) -> None:
        """Tell which lines, counted from the body's first, were read."""
        start, end = self.first + start, min(self.first + end, len(self.lines))
        self.covered[start:end] = b"\x01" * (end - start)

    def inline(self, number: int, content: str) -> None:
        """The text of a paragraph or heading whose first line is `number`."""
        parts = content.split("\n")
        self.cover(number, number + len(parts))
        self._stretch(number, [len(part.strip()) for part in parts], content)

    def _stretch(self, number: int, lengths: Sequence[int], content: str = "") -> None:
        begin = end = 0
        for offset, length in enumerate(lengths):
            line = min(self.first + number + offset, len(self.lines) - 1)
            start, stop = self.lines.starts[line], self.lines.ends[line]
            text = self.lines.text[start:stop]
            shown = text if self.shown is None else self.shown[line - self.first]
            prefix = max(0, len(shown.rstrip()) - length)
            if content and len(lengths) == 1 and not shown.startswith(content, prefix):
                # The signs that close a heading stand behind its text.
                prefix = max(0, shown.rfind(content))
            prefix = min(prefix, len(text))
            if offset == 0:
                begin = start + prefix
            elif text[:prefix].strip():
                self.found.marks.append(Span(start, start + prefix))
            end = stop
        if begin < end:
            self.found.inline.append(Span(begin, end))

    def definition(self, number: int, lengths: Sequence[int]) -> None:
        """A definition's lines."""
        before = len(self.found.inline)
        self.cover(number, number + len(lengths))
        self._stretch(number, lengths)
        self.found.definitions += self.found.inline[before:]
        del self.found.inline[before:]

    def comment(self, first: int, last: int, rest: int) -> None:
        """A comment over several lines, of which `rest` characters of the last are none."""
        line = min(self.first + last, len(self.lines) - 1)
        span = Span(self.lines.starts[self.first + first], max(0, self.lines.ends[line] - rest))
        self.found.comments.append(span)
        self.found.hidden.append(span)

    def row(self, start: int) -> None:
        """A row of a table, cell by cell."""
        line = self.first + start
        self.cover(start, start + 1)
        self.found.inline.extend(cells(self.lines.text, Span(self.lines.starts[line], self.lines.ends[line])))

    def rest(self) -> Iterator[Span]:
        """Lines that no token told of, such as those nested too deeply."""
        for line in range(self.first, len(self.lines)):
            if not self.covered[line] and not self.lines.is_blank(line):
                yield Span(self.lines.starts[line], self.lines.ends[line])


def find_stretches(
    lines: Lines,
    first: int,
    tokens: Sequence[Token],
    environment: dict[str, list[tuple[int, ...]]],
    shown: Sequence[str] | None,
) -> Stretches:
    """The stretches of the body, whose first line is `first`."""
    reader = _Reader(lines, first, shown)
    for start, lengths in environment.get("definitions", ()):
        reader.definition(start, lengths)  # type: ignore[arg-type]
    for one in environment.get("comments", ()):
        reader.comment(*one)
    before = ""
    for token in tokens:
        kind = token.type
        if token.map is None:
            pass
        elif kind == "inline":
            if before not in ("th_open", "td_open"):
                reader.inline(token.map[0], token.content)
        elif kind == "tr_open":
            reader.row(token.map[0])
        elif kind == "thead_open":
            reader.cover(token.map[0], token.map[1] + 1)
        elif kind == "heading_open":
            reader.cover(*token.map)
        elif kind in _OPAQUE:
            reader.cover(*token.map)
            if kind in ("html_block", "math_block"):
                reader.found.hidden.append(lines.span(first + token.map[0], first + token.map[1]))
        before = kind
    found = reader.found
    found.inline.extend(reader.rest())
    found.inline.sort(key=lambda span: span.start)
    return found


def inline_text(text: str, found: Stretches) -> str:
    """`text` with the signs within stretches and the comments blanked out, at the same offsets."""
    blanks = [*found.marks, *found.comments]
    return blank_out(text, blanks) if blanks else text


def read_definitions(prose: str, found: Stretches) -> list[Definition]:
    """The definitions in order; of two with one label the first counts."""
    return [one for span in found.definitions if (one := read_definition(prose, span))]
