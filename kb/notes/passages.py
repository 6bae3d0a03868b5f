"""A note as passages: pieces small enough for the embedding model, each with the words that give it meaning.

A passage never crosses a heading, nor the end of a page. Blocks stay whole where they fit; what does not fit is split where its kind
allows: lists at items (pieces.py), and neighbours are joined again while there is room.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from kb.notes.data import is_data
from kb.notes.note import Block, Note, Passage, PropertyValue, Span
from kb.notes.pieces import Piece, Splitter
from kb.notes.places import place_at
from kb.notes.plain import one_line, plain_text
from kb.notes.source import Lines

CountTokens = Callable[[Sequence[str]], list[int]]

# Headings and parent items may take this share of the window; the rest is the passage's own.
HEADER_SHARE = 0.3
CONTEXT_SHARE = 0.25
# A note of more headings is made by a program.
MAX_BARE_HEADINGS = 2_000
# Property keys that say nothing about a note's subject.
_SILENT = """
title aliases alias cssclass cssclasses id uid uuid created updated modified collapsed position publish
icon banner cover image template permalink kanban-plugin filters public draft
"""
_SILENT_KEYS = frozenset(_SILENT.split())


def split_passages(note: Note, count_tokens: CountTokens, limit: int = 200) -> tuple[Passage, ...]:
    """The note's passages in order; each `embed_text` has `limit` tokens at most.

    A note with any word has at least one, made of its title and properties when the body is empty.
    """
    counter = _Counter(count_tokens)
    lines = Lines(note.text)
    splitter = Splitter(note, lines, counter.counts, limit)
    passages: list[Passage] = []
    for path, blocks in _by_section(note):
        header = _header(note, path, counter, int(limit * HEADER_SHARE))
        room = max(8, limit - counter.count(header))
        pieces = splitter.split(blocks, room, int(limit * CONTEXT_SHARE))
        passages.extend(_passage(note, lines, path, header, group) for group in _fill(pieces, room))
    passages.extend(_bare_headings(note, counter, int(limit * HEADER_SHARE)))
    passages.sort(key=lambda passage: passage.span.start)
    return tuple(_with_properties(note, passages, counter, lines, limit))


class _Counter:
    """Remembers counts, for headers and parents come again and again."""

    def __init__(self, count_tokens: CountTokens) -> None:
        self._count_tokens = count_tokens
        self._known: dict[str, int] = {"": 0}

    def counts(self, texts: Sequence[str]) -> list[int]:
        unknown = list(dict.fromkeys(text for text in texts if text not in self._known))
        if unknown:
            self._known.update(zip(unknown, self._count_tokens(unknown), strict=True))
        return [self._known[text] for text in texts]

    def count(self, text: str) -> int:
        return self.counts([text])[0]


def _by_section(note: Note) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    starts = [*(section.span.start for section in note.sections), *(one.span.start for one in note.places)]
    starts.sort()
    group: list[Block] = []
    owner = index = 0
    for block in note.blocks:
        while index < len(starts) and starts[index] <= block.span.start:
            index += 1
        if is_data(note.text[block.span.start : block.span.end]):
            continue
        if group and index != owner:
            yield group[0].heading_path, group
            group = []
        owner = index
        group.append(block)
    if group:
        yield group[0].heading_path, group


def _bare_headings(note: Note, counter: _Counter, room: int) -> Iterator[Passage]:
    """Headings with nothing under them that yet say something, such as "Lease ends 31 May"."""
    starts = [block.span.start for block in note.blocks]
    sections = note.sections[:MAX_BARE_HEADINGS]
    for index, section in enumerate(sections):
        following = note.sections[index + 1] if index + 1 < len(note.sections) else None
        has_parts = following is not None and following.level > section.level
        first = bisect_left(starts, section.heading.end)
        has_blocks = first < len(starts) and starts[first] < section.span.end
        if has_parts or has_blocks or len(section.title.split()) < 3 or section.title == note.title:
            continue
        header = _header(note, section.path, counter, room)
        text = note.text[section.heading.start : section.heading.end]
        place = place_at(note, section.heading.start)
        yield Passage(note.path, section.heading, section.line, section.path, text, header, place)


def _header(note: Note, path: tuple[str, ...], counter: _Counter, room: int) -> str:
    """Title and headings; the outer ones go first when all do not fit."""
    parts = [note.title, *(title for title in path if title != note.title)]
    parts = [one_line(part)[:200] for part in parts if part.strip()]
    while len(parts) > 1 and counter.count(" > ".join(parts)) > room:
        parts.pop(1 if len(parts) > 2 else 0)
    header = " > ".join(parts)
    while header and counter.count(header) > room:
        header = header[: len(header) * 2 // 3].strip()
    return header


def _fill(pieces: list[Piece], room: int) -> Iterator[list[Piece]]:
    """Join neighbours while they fit and mean the same context."""
    group: list[Piece] = []
    used = 0
    for piece in pieces:
        if group and used + piece.tokens <= room and _joins(group, piece):
            group.append(piece)
            used += piece.tokens
            continue
        # "The steps are:" belongs to the steps, not to what stood before.
        announced = len(group) > 1 and group[-1].plain.endswith((":", "："))
        fits = announced and group[-1].tokens + group[-1].context_tokens + piece.tokens <= room
        lead = [group.pop()] if fits and _joins([group[-1]], piece) else []
        if group:
            yield group
        group = [*lead, piece]
        used = sum(item.tokens for item in group) + group[0].context_tokens
    if group:
        yield group


def _joins(group: list[Piece], piece: Piece) -> bool:
    """An item's parents must be in the group, or be the group's own context."""
    first = group[0]
    return piece.parents[: len(first.parents)] == first.parents


def _passage(note: Note, lines: Lines, path: tuple[str, ...], header: str, group: list[Piece]) -> Passage:
    span = Span(group[0].span.start, group[-1].span.end)
    parts = [header, group[0].context, *(piece.plain for piece in group)]
    return Passage(
        note_path=note.path,
        span=span,
        line=lines.number_at(span.start),
        heading_path=path,
        text=note.text[span.start : span.end],
        embed_text="\n".join(part for part in parts if part),
        place=place_at(note, span.start),
    )


def _with_properties(
    note: Note, passages: list[Passage], counter: _Counter, lines: Lines, limit: int
) -> Iterator[Passage]:
    """Aliases and telling properties as a passage of their own, at the place of the front matter."""
    words = _property_words(note)
    if not words and (passages or not note.title.strip()):
        yield from passages
        return
    header = _header(note, (), counter, int(limit * HEADER_SHARE))
    room = limit - counter.count(header)
    kept: list[str] = []
    for line, cost in zip(words, counter.counts(words), strict=True):
        if cost <= room:
            kept.append(line)
            room -= cost
    if kept or not passages:
        end = note.body.start or (note.sections[0].heading.end if note.sections else 0)
        span = Span(0, end) if note.body.start else lines.span(0, lines.line_at(end) + 1)
        embed = "\n".join(part for part in (header, *kept) if part)
        if any(character.isalnum() for character in embed):
            text = note.text[span.start : span.end]
            number, place = lines.number_at(span.start), place_at(note, span.start)
            yield Passage(note.path, span, number, (), text, embed, place)
    yield from passages


def _property_words(note: Note) -> list[str]:
    words = []
    if note.aliases:
        words.append("also called " + ", ".join(note.aliases)[:300])
    for key, value in note.properties.items():
        if key.casefold() in _SILENT_KEYS:
            continue
        text = one_line(_readable(value))[:300]
        if text:
            words.append(f"{key}: {text}")
    return words


def _readable(value: PropertyValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(part for part in map(_readable, value) if part)
    if value is None or isinstance(value, bool):
        return ""
    return plain_text(str(value))
