"""The blocks of a stretch of a note that answer as one piece: a list with its lead-in, a table with its header, code with
what introduces it, properties, a paragraph. Each is made of parts (items, rows, lines, sentences) that can be cited alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.notes.note import Span
from kb.notes.plain import plain_code, plain_text
from kb.notes.sentences import split_sentences
from kb.notes.source import Lines
from kb.notes.units import Unit, read_units

Kind = Literal["paragraph", "list", "steps", "table", "code", "properties", "heading"]

_FRONT_MATTER = re.compile(
    r"---[ \t]*\r?\n(?:(?!---[ \t]*\r?$)[^\n]*\n){0,200}(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.MULTILINE
)
_PROPERTY = re.compile(r"[^\s:#-][^:\n]{0,60}:(?:[ \t]|$)")
_NUMBERED = re.compile(r"[ \t>]*\d{1,9}[.)][ \t]")
_WRAPPED = (
    88  # characters; paragraphs with longer lines than this are wrapped prose, shorter ones are jotted lines
)
_MARK = re.compile(r"^[ \t]*+(?:[-*+•]|\d{1,9}[.)])[ \t]+")
_LEADS = (":", "：")
_STRUCK = re.compile(r"~~(?=[^\s~])[^\n~]*[^\s~]~~[ \t]*|~~[^\s~]~~[ \t]*")  # and the blanks after it


@dataclass(frozen=True, slots=True)
class Part:
    """An item, a row, a line or a sentence."""

    span: Span  # of the text that the blocks were read from; an item's mark is left out
    depth: int = 0  # columns its mark is indented by; 0 for what is no item


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """A piece of text that answers as a whole."""

    kind: Kind
    span: Span  # with its lead-in or header
    parts: tuple[Part, ...]
    lead: Span | None = None  # the line that leads to it, or a table's header row

    @property
    def body(self) -> Span:
        """Its parts alone."""
        return Span(self.parts[0].span.start, self.parts[-1].span.end)

    def part_at(self, start: int, end: int) -> tuple[int, int]:
        """First and last part that the characters from `start` to `end` touch."""
        touched = [
            number
            for number, part in enumerate(self.parts)
            if part.span.start < max(end, start + 1) and part.span.end > start
        ]
        return (touched[0], touched[-1]) if touched else (0, 0)

    def subtree(self, number: int) -> int:
        """The last part that hangs below item `number`: its deeper items."""
        last = number
        while last + 1 < len(self.parts) and self.parts[last + 1].depth > self.parts[number].depth:
            last += 1
        return last

    def ancestors(self, number: int) -> list[int]:
        """The items above item `number`, outermost first."""
        found: list[int] = []
        depth = self.parts[number].depth
        for above in range(number - 1, -1, -1):
            if self.parts[above].depth < depth:
                found.append(above)
                depth = self.parts[above].depth
        return found[::-1]


def read_blocks(text: str) -> list[AnswerBlock]:
    """The blocks of `text` in their order."""
    blocks: list[AnswerBlock] = []
    body = 0
    if front := _FRONT_MATTER.match(text):
        body = front.end()
        if parts := list(_properties(text, body)):
            blocks.append(
                AnswerBlock("properties", Span(parts[0].span.start, parts[-1].span.end), tuple(parts))
            )
    lines = Lines(text)
    units = [unit for unit in read_units(lines) if unit.start >= body and text[unit.start : unit.end].strip()]
    place = 0
    while place < len(units):
        count = _run(lines, units, place)
        block = _block(lines, units[place : place + count], units[place - 1] if place else None, blocks)
        if block:
            blocks.append(block)
        place += count
    return blocks


def plain_block(text: str, block: AnswerBlock, span: Span) -> str:
    """The words of `span`, which lies in `block`, without markup and what is struck out; its lines stay lines."""
    raw = text[span.start : span.end]
    if block.kind == "code":
        return plain_code(raw).strip("\n")
    raw = _STRUCK.sub("", raw) if _STRUCK.sub("", raw).strip() else raw
    if block.kind in ("properties", "table"):
        return raw
    if block.kind in ("list", "steps") and "\n" in raw:
        lines = (line for line in raw.splitlines() if _MARK.sub("", line, count=1).strip())
        return "\n".join(map(_plain_line, lines))
    return plain_text(raw)


def struck_out(text: str, within: Span) -> list[Span]:
    """The stretches of `text` that are struck out ("~~old~~"), with the blanks after them."""
    return [Span(*match.span()) for match in _STRUCK.finditer(text, within.start, within.end)]


def _plain_line(line: str) -> str:
    """A line of a list without markup, but with its own mark and indent."""
    mark = _MARK.match(line)
    return mark[0] + plain_text(line[mark.end() :]) if mark else plain_text(line)


def _run(lines: Lines, units: Sequence[Unit], place: int) -> int:
    """How many units from `place` on make one block."""
    kind = units[place].kind
    if kind in ("text", "heading"):
        return 1
    count = 1
    while place + count < len(units) and units[place + count].kind == kind:
        before, after = units[place + count - 1], units[place + count]
        gap = lines.text[before.end : after.start].count("\n")
        # A list may have blank lines between its items, and a table's rule stands below its header.
        if gap > (1 if kind == "code" else 2):
            break
        count += 1
    return count


def _block(
    lines: Lines, units: Sequence[Unit], before: Unit | None, blocks: list[AnswerBlock]
) -> AnswerBlock | None:
    text, first = lines.text, units[0]
    if first.kind == "text":
        parts = tuple(_sentences(lines, first)) or (Part(Span(first.start, first.end)),)
        return AnswerBlock("paragraph", Span(first.start, first.end), parts)
    if first.kind == "heading":
        return AnswerBlock("heading", Span(first.start, first.end), (Part(Span(first.start, first.end)),))
    parts = tuple(
        Part(Span(unit.start, unit.end), unit.depth + 1 if unit.kind == "item" else 0) for unit in units
    )
    start, lead = first.start, None
    if first.kind == "row":
        if len(parts) < 2:
            return AnswerBlock("table", Span(first.start, first.end), parts)
        return AnswerBlock("table", Span(first.start, units[-1].end), parts[1:], lead=parts[0].span)
    if before and before.kind == "text" and _leads(lines, before, first):
        lead = _last_sentence(text, before)
        start = lead.start
        if text[lead.start : lead.end].rstrip(" \t*_").endswith(_LEADS):
            _take_lead(blocks, lead)
    if first.kind == "code":
        opening, closing = lines.line_at(first.start) - 1, lines.line_at(units[-1].start) + 1
        start = min(start, lines.starts[max(0, opening)])
        end = lines.ends[min(closing, len(lines) - 1)]
        return AnswerBlock("code", Span(start, end), parts, lead)
    start = min(start, lines.starts[lines.line_at(first.start)])
    kind: Kind = "steps" if _NUMBERED.match(lines.line(lines.line_at(first.start))) else "list"
    return AnswerBlock(kind, Span(start, units[-1].end), parts, lead)


def _sentences(lines: Lines, unit: Unit) -> Iterator[Part]:
    """The sentences of a paragraph; where its lines are short, they are entries of their own."""
    first, last = lines.line_at(unit.start), lines.line_at(max(unit.start, unit.end - 1))
    spans = [lines.span(number, number + 1) for number in range(first, last + 1)]
    if len(spans) == 1 or max(span.end - span.start for span in spans) > _WRAPPED:
        spans = [Span(unit.start, unit.end)]
    for span in spans:
        start, end = max(span.start, unit.start), min(span.end, unit.end)
        for sentence in split_sentences(lines.text[start:end], Span(0, end - start)):
            yield Part(Span(start + sentence.span.start, start + sentence.span.end))


def _leads(lines: Lines, before: Unit, first: Unit) -> bool:
    """Whether the text above introduces the block: by its colon, or code by standing right above it."""
    above = lines.text[before.start : before.end].rstrip(" \t*_")
    gap = lines.line_at(first.start) - lines.line_at(max(before.start, before.end - 1))
    if above.endswith(_LEADS):
        return gap <= (3 if first.kind == "code" else 2)
    return first.kind == "code" and gap <= 2  # right above its fence


def _last_sentence(text: str, unit: Unit) -> Span:
    sentences = split_sentences(text[unit.start : unit.end], Span(0, unit.end - unit.start))
    start = unit.start + (sentences[-1].span.start if sentences else 0)
    return Span(start, unit.end)


def _take_lead(blocks: list[AnswerBlock], lead: Span) -> None:
    """What leads to a block is no answer by itself: it leaves the paragraph before."""
    last = blocks[-1] if blocks else None
    if last is None or last.kind != "paragraph":
        return
    kept = tuple(part for part in last.parts if part.span.start < lead.start)
    blocks.pop()
    if kept:
        blocks.append(AnswerBlock("paragraph", Span(last.span.start, kept[-1].span.end), kept))


def _properties(text: str, end: int) -> Iterator[Part]:
    """The properties of front matter: a key with its value, which may go on in the lines below."""
    start = text.index("\n") + 1
    lines = Lines(text[start:end])
    first: int | None = None
    for number in range(len(lines)):
        line = lines.line(number)
        if _PROPERTY.match(line) or line.strip() in ("---", "..."):
            if first is not None:
                yield Part(Span(start + lines.starts[first], start + lines.ends[number - 1]))
            first = number if _PROPERTY.match(line) else None
    if first is not None:
        yield Part(Span(start + lines.starts[first], start + lines.ends[-1]))
