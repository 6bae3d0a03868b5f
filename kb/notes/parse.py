"""A file's text to a Note: pure, never raising, in time linear in the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

from kb.notes.blocks import Structure, read_structure
from kb.notes.dates import read_moment
from kb.notes.front_matter import FrontMatter, read_front_matter
from kb.notes.grammar.bracket import split_path
from kb.notes.grammar.definition import Definition
from kb.notes.grammar.field import find_fields, page_properties, with_relations
from kb.notes.grammar.inline import read_inline
from kb.notes.grammar.stretches import inline_text, read_definitions
from kb.notes.grammar.tag import is_number
from kb.notes.headings import read_heading
from kb.notes.marks import find_block_ids, find_tasks, first_value, list_values, texts_of
from kb.notes.note import Block, Link, Note, Problem, PropertyValue, Section, Span, Tag
from kb.notes.plain import one_line, plain_inline
from kb.notes.source import Lines, blank_out
from kb.notes.suffixes import page_name

_CREATED = ("created", "date created", "created-at", "created_at", "date", "published")
_MODIFIED = ("modified", "updated", "date modified", "last modified", "updated-at", "updated_at", "last")
_NOT_TAG = re.compile(r"[\s,#]+")  # Obsidian splits the text of `tags` at commas and spaces
_LINKED = re.compile(r"#?\[\[([^\[\]]*+)\]\]")
VERY_LONG = "The note is very long: only headings, paragraphs and code blocks are told apart."


def parse_note(path: str, text: str) -> Note:
    """Parse the text of the note at vault-relative `path`. Whatever is broken becomes a Problem."""
    path = unicodedata.normalize("NFC", path)
    lines = Lines(text)
    front = read_front_matter(text)
    structure = read_structure(lines, front.end)
    stretches = structure.stretches
    prose = inline_text(text, stretches)
    definitions = read_definitions(prose, stretches)
    labels = {one.label: one for one in reversed(definitions)}
    inline = read_inline(text, prose, lines, stretches.inline, labels)
    hidden = sorted([*stretches.hidden, *inline.masks], key=lambda span: (span.start, span.end))
    visible = blank_out(text, [Span(0, front.end), *structure.code, *hidden])
    sections, blocks = _nest(structure, len(text))
    fields = find_fields(visible, text, front.end) if "::" in visible else ()
    links = with_relations(inline.links, fields)
    properties = {**page_properties(fields), **front.properties}
    tags = [
        *inline.tags,
        *(Tag(one.target, one.span, one.line) for one in links if one.kind == "tag" and one.target),
    ]
    return Note(
        path=path,
        text=text,
        title=_title(path, properties, structure),
        aliases=_aliases(properties),
        tags=(*_property_tags(properties), *tags),
        properties=properties,
        created=_moment(first_value(properties, *_CREATED)),
        modified=_moment(first_value(properties, *_MODIFIED)),
        sections=sections,
        blocks=blocks,
        links=(*front.links, *links),
        tasks=find_tasks(text, visible, lines, front.end),
        block_ids=find_block_ids(visible, lines, front.end),
        body=Span(front.end, len(text)),
        code=tuple(structure.code),
        hidden=tuple(hidden),
        comments=tuple(stretches.comments),
        definitions=tuple(_as_link(one, lines) for one in definitions),
        problems=_problems(front, structure),
    )


def _title(path: str, properties: dict[str, PropertyValue], structure: Structure) -> str:
    named = first_value(properties, "title")
    if isinstance(named, str | int | float) and not isinstance(named, bool):
        words = one_line(plain_inline(str(named)))
        if words:
            return words
    first = structure.headings[0] if structure.headings else None
    if (
        first
        and first.level == 1
        and not any(block.span.start < first.span.start for block in structure.blocks)
    ):
        words = read_heading(first.raw)[0]
        if words:
            return words
    return page_name(path)


def _aliases(properties: dict[str, PropertyValue]) -> tuple[str, ...]:
    found = [*list_values(first_value(properties, "aliases")), *list_values(first_value(properties, "alias"))]
    return tuple(dict.fromkeys(found))


def _property_tags(properties: dict[str, PropertyValue]) -> tuple[Tag, ...]:
    values = [first_value(properties, "tags"), first_value(properties, "tag")]
    names = [name for value in values for text in texts_of(value) for name in _tag_names(text)]
    return tuple(Tag(name, None, 1) for name in dict.fromkeys(names))


def _tag_names(text: str) -> Iterator[str]:
    """Logseq's `[[a tag]]` is one, whatever is in it; a number is none otherwise."""
    for index, part in enumerate(_LINKED.split(text)):
        is_linked = bool(index % 2)
        for name in (part,) if is_linked else _NOT_TAG.split(part):
            bare = name.strip("/ ")
            if bare and (is_linked or not is_number(bare)):
                yield bare


def _as_link(definition: Definition, lines: Lines) -> Link:
    target, heading, block = split_path(definition.destination.target)
    line = lines.number_at(definition.destination.span.start)
    written = definition.destination.span
    return Link("markdown", target, definition.span, line, None, heading, block, written=written)


def _nest(structure: Structure, end: int) -> tuple[tuple[Section, ...], tuple[Block, ...]]:
    """Give each heading its path and extent, and each block the path it stands under."""
    open_headings: list[tuple[int, str, int]] = []  # level, title, index among the headings
    titles: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    ends = [end] * len(structure.headings)
    for index, heading in enumerate(structure.headings):
        title, names = read_heading(heading.raw)
        while open_headings and open_headings[-1][0] >= heading.level:
            ends[open_headings.pop()[2]] = heading.span.start
        open_headings.append((heading.level, title, index))
        titles.append((title, tuple([item[1] for item in open_headings]), names))
    sections = [
        Section(title, item.level, path, item.span, Span(item.span.start, stop), item.first_line + 1, names)
        for item, (title, path, names), stop in zip(structure.headings, titles, ends, strict=True)
    ]
    blocks: list[Block] = []
    index = 0
    current: tuple[str, ...] = ()
    for block in structure.blocks:
        while index < len(sections) and sections[index].heading.start <= block.span.start:
            current = sections[index].path
            index += 1
        blocks.append(Block(block.kind, block.span, block.line + 1, current))
    return tuple(sections), tuple(blocks)


def _moment(value: PropertyValue) -> datetime | None:
    while isinstance(value, tuple):
        value = value[0] if value else None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, int | float):
            if isinstance(value, int) and len(str(value)) in (8, 12, 14):
                return read_moment(str(value))
            # Dendron and Logseq count milliseconds since 1970.
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value) if value > 1e8 else None
        words = value.strip().strip("[]")
        if words.isdigit() and len(words) == 13:
            return datetime.fromtimestamp(int(words) / 1000)
        return read_moment(words)
    except (ValueError, OverflowError, OSError):
        return None


def _problems(front: FrontMatter, structure: Structure) -> tuple[Problem, ...]:
    if not structure.shortened:
        return front.problems
    return (*front.problems, Problem(VERY_LONG, 1))
