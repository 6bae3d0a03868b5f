"""The values that notes become: frozen, each carrying its place in the source."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

LinkKind = Literal["wiki", "embed", "markdown", "url", "property", "tag", "block"]
BlockKind = Literal[
    "paragraph", "list", "table", "code", "quote", "callout", "math", "html", "footnote", "definition"
]
PropertyValue = str | int | float | bool | date | datetime | None | tuple["PropertyValue", ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters in a note's decoded text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next heading of its level or above."""

    title: str
    level: int  # 1 to 6
    path: tuple[str, ...]  # titles from the outermost heading down to this one
    heading: Span  # the heading line itself
    span: Span  # the heading and all it contains
    line: int  # 1-based
    names: tuple[str, ...] = ()  # what else links may call it, such as `{#its-own-name}`


@dataclass(frozen=True, slots=True)
class Link:
    """One link as written; the catalog resolves it to a note or leaves it unresolved."""

    kind: LinkKind
    target: str  # note name, path or URL; empty for a link within the same note
    span: Span
    line: int  # 1-based
    label: str | None = None
    heading: str | None = None  # after "#"; sub-headings joined by "#"
    block: str | None = None  # after "#^"
    relation: str | None = None  # the property's key, for kind "property"
    definition: str | None = None  # where a foam-style `[target]: path` line below says the target is
    written: Span | None = (
        None  # its target and anchor as they are written; in a definition, where that gives them
    )


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block of the body, the unit passages are made of."""

    kind: BlockKind
    span: Span
    line: int  # 1-based
    heading_path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag without its "#"; nested ones keep their slashes."""

    name: str
    span: Span | None  # None when it comes from a property
    line: int


@dataclass(frozen=True, slots=True)
class Task:
    """A checkbox item; state is the character between the brackets."""

    state: str
    text: str
    span: Span
    line: int


@dataclass(frozen=True, slots=True)
class Place:
    """A part that a file which is no Markdown gives a number, such as a page."""

    name: str  # "page", "cell", "row" …
    number: int  # from 1; 0 for what has no number
    span: Span

    @property
    def anchor(self) -> str:
        """As a link names it: `page=12`."""
        return f"{self.name}={self.number}" if self.number else self.name


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a note that could not be understood; the rest of it is indexed all the same."""

    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note. Every span indexes `text`."""

    path: str  # relative to the vault, POSIX separators, NFC
    text: str
    title: str
    aliases: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)
    created: datetime | None = None  # from properties only
    modified: datetime | None = None  # from properties only
    sections: tuple[Section, ...] = ()
    blocks: tuple[Block, ...] = ()
    links: tuple[Link, ...] = ()
    tasks: tuple[Task, ...] = ()
    block_ids: Mapping[str, Span] = field(default_factory=dict)
    body: Span = Span(0, 0)  # what follows the front matter
    code: tuple[Span, ...] = ()  # fenced and indented code, that within lists as well
    hidden: tuple[
        Span, ...
    ] = ()  # what else is no prose: HTML, formulas, comments, code within lines; in order
    comments: tuple[Span, ...] = ()  # `%%comments%%`, which no reader sees
    definitions: tuple[Link, ...] = ()  # `[label]: destination` lines, as links of kind "markdown"
    problems: tuple[Problem, ...] = ()
    places: tuple[Place, ...] = ()  # of a file that is no Markdown, in order, from its beginning to its end


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a note small enough for the embedding model; the unit of search and citation."""

    note_path: str
    span: Span
    line: int  # 1-based line of span.start
    heading_path: tuple[str, ...]
    text: str  # note.text[span.start:span.end]
    embed_text: str  # title > headings > parent items, then the text without markup
    place: str = ""  # of a file that is no Markdown, as a link names it: `page=12`

    @property
    def key(self) -> str:
        """32 hex digits; equal texts share one vector, whichever note holds them."""
        return hashlib.blake2b(self.embed_text.encode("utf-8", "replace"), digest_size=16).hexdigest()
