"""Blocks to pieces that fit: each kind is split where its own grammar allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.notes.breaks import sentence_ends
from kb.notes.note import Block, Note, Span
from kb.notes.outline import Item, outline
from kb.notes.plain import one_line, plain_code, plain_text
from kb.notes.source import Lines

_WORDS = re.compile(r"\S+\s*")
# Characters of source a token may stand for; long links make it many.
LONGEST_TOKEN = 40
# Below this many characters a text is split no further, whatever its count.
_ATOM = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a block that fits into a passage."""

    span: Span
    plain: str
    tokens: int
    parents: tuple[int, ...] = ()  # offsets of the list items above it
    context: str = ""  # their text, or a table's header row
    context_tokens: int = 0


class Splitter:
    """Splits the blocks of one note; counts are asked for in batches."""

    def __init__(
        self, note: Note, lines: Lines, counts: Callable[[Sequence[str]], list[int]], limit: int
    ) -> None:
        self._text = note.text
        self._lines = lines
        self._counts = counts
        self._limit = limit

    def split(self, blocks: list[Block], room: int, context_room: int) -> list[Piece]:
        """The pieces of `blocks`, none above `room` tokens with its context."""
        plains = [self._plain(block.kind, block.span) for block in blocks]
        pieces: list[Piece] = []
        for block, plain, count in zip(blocks, plains, self._counts(plains), strict=True):
            if not plain:
                continue
            if count <= room:
                pieces.append(Piece(block.span, plain, count))
            elif block.kind in ("list", "callout", "quote", "definition", "footnote"):
                pieces.extend(self._split_list(block, room, context_room))
            elif block.kind == "table":
                pieces.extend(self._split_table(block, room, context_room))
            elif block.kind in ("code", "math", "html"):
                pieces.extend(self._split_rows(block.span, room, block.kind == "code"))
            else:
                pieces.extend(self._split_text(block.span, room))
        return pieces

    def _plain(self, kind: str, span: Span) -> str:
        raw = self._text[span.start : span.end]
        return plain_code(raw) if kind == "code" else plain_text(raw)

    def _split_list(self, block: Block, room: int, context_room: int) -> list[Piece]:
        items = outline(self._lines, block.span)
        if not items:
            return self._split_text(block.span, room)
        # An item's subtree ends where the next item begins that is no deeper.
        # One far too long for any passage is not even read whole: in a deep outline that would be quadratic.
        longest = room * LONGEST_TOKEN
        wholes = [
            plain_text(self._text[item.span.start : item.tree_end])
            if item.tree_end - item.span.start <= longest
            else ""
            for item in items
        ]
        owns = [plain_text(self._text[item.span.start : item.span.end]) for item in items]
        whole_counts, own_counts = self._counts(wholes), self._counts(owns)
        contexts = self._contexts(items, owns, context_room)
        pieces: list[Piece] = []
        index = 0
        while index < len(items):
            item = items[index]
            context, context_count = contexts[index]
            left = max(8, room - context_count)
            parents = tuple(items[parent].span.start for parent in item.ancestors)
            if whole_counts[index] <= left and item.tree_end - item.span.start <= longest:
                span = Span(item.span.start, item.tree_end)
                pieces.append(
                    Piece(span, wholes[index], whole_counts[index], parents, context, context_count)
                )
                index = item.next_sibling
                continue
            if own_counts[index] <= left:
                if owns[index]:
                    pieces.append(
                        Piece(item.span, owns[index], own_counts[index], parents, context, context_count)
                    )
            else:
                pieces.extend(
                    Piece(part.span, part.plain, part.tokens, parents, context, context_count)
                    for part in self._split_text(item.span, left)
                )
            index += 1
        return [piece for piece in pieces if piece.plain]

    def _contexts(self, items: list[Item], owns: list[str], room: int) -> list[tuple[str, int]]:
        """For each item its ancestors' text, the nearest kept first, each cut to a line."""
        shorts = [one_line(own)[:120] for own in owns]
        counts = self._counts(shorts)
        found = []
        for item in items:
            chosen: list[int] = []
            used = 0
            for parent in reversed(item.ancestors[-12:]):
                if used + counts[parent] + 1 > room:
                    break
                chosen.append(parent)
                used += counts[parent] + 1
            found.append((" > ".join(shorts[parent] for parent in reversed(chosen)), used))
        return found

    def _split_table(self, block: Block, room: int, context_room: int) -> list[Piece]:
        first = self._lines.line_at(block.span.start)
        header = one_line(plain_text(self._lines.line(first)))
        count = self._counts([header])[0]
        if count > context_room:
            header, count = "", 0
        pieces = self._split_rows(block.span, max(8, room - count), is_code=False)
        if not header or not pieces:
            return pieces
        head, *rest = pieces
        marker = (block.span.start,)
        return [
            head,
            *(Piece(piece.span, piece.plain, piece.tokens, marker, header, count) for piece in rest),
        ]

    def _split_rows(self, span: Span, room: int, is_code: bool) -> list[Piece]:
        """Lines joined while they fit."""
        first, last = self._lines.line_at(span.start), self._lines.line_at(max(span.start, span.end - 1))
        spans = [self._lines.span(number, number + 1) for number in range(first, last + 1)]
        spans = [item for item in spans if item.start < item.end]
        return self._join(spans, room, is_code)

    def _split_text(self, span: Span, room: int) -> list[Piece]:
        """Sentences joined while they fit."""
        raw = self._text[span.start : span.end]
        spans, begin = [], 0
        for end in sentence_ends(raw):
            spans.append(Span(span.start + begin, span.start + begin + len(raw[begin:end].rstrip())))
            begin = end
        return self._join(spans, room, is_code=False)

    def _join(self, spans: list[Span], room: int, is_code: bool) -> list[Piece]:
        plains = [self._plain("code" if is_code else "paragraph", span) for span in spans]
        counts = self._counts(plains)
        pieces: list[Piece] = []
        start: int | None = None
        used = 0

        def close(upto: int) -> None:
            if start is not None:
                span = Span(spans[start].start, spans[upto - 1].end)
                plain = "\n".join(plain for plain in plains[start:upto] if plain)
                if plain:
                    pieces.append(Piece(span, plain, used))

        for index, count in enumerate(counts):
            if count > room:
                close(index)
                start, used = None, 0
                pieces.extend(self._hard_split(spans[index], room, is_code))
            elif start is not None and used + count > room:
                close(index)
                start, used = index, count
            else:
                start = index if start is None else start
                used += count
        close(len(spans))
        return pieces

    def _hard_split(self, span: Span, room: int, is_code: bool) -> list[Piece]:
        """Cut a line that is too long into equal runs of words, or of characters where there are no spaces."""
        raw = self._text[span.start : span.end]
        kind = "code" if is_code else "paragraph"
        done: list[Piece] = []
        # The last of the list is next in the text. Each round halves what is too long, so counts stay batched.
        waiting = [span]
        while waiting:
            plains = [self._plain(kind, part) for part in waiting]
            counts = self._counts(plains)
            following: list[Span] = []
            for part, plain, count in zip(waiting, plains, counts, strict=True):
                if count <= room or part.end - part.start <= _ATOM:
                    if plain:
                        done.append(Piece(part, plain, count))
                    continue
                parts = -(-count // max(1, room * 9 // 10))
                following.extend(_cut(raw, span.start, part, max(2, parts)))
            waiting = following
        return sorted(done, key=lambda piece: piece.span.start)


def _cut(raw: str, base: int, part: Span, parts: int) -> list[Span]:
    size = max(1, -(-(part.end - part.start) // parts))
    spans: list[Span] = []
    begin = part.start
    while begin < part.end:
        end = min(part.end, begin + size)
        if end < part.end:
            space = raw.rfind(" ", begin - base + size // 2, end - base)
            end = base + space + 1 if space > 0 else end
        spans.append(Span(begin, end))
        begin = end
    return spans
