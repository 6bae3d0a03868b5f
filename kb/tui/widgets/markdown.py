"""Markdown as notes are written: `Tea.md` is a name, not an address, and [[links]] read as their labels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from textual.widgets import Markdown

from kb.safe_text import safe_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

    from kb.notes.note import Link, Note

_SCHEME = "kb:"  # of links to notes, which are looked up in the catalog and never followed as paths
_MARKS = re.compile(r"([\\\[\]*_`<>|~=$#])")


class NoteMarkdown(Markdown):
    """Shows Markdown that has passed `safe_text`; a link in it does nothing by itself."""

    def __init__(self, markdown: str | None = None, *, classes: str | None = None) -> None:
        super().__init__(markdown, classes=classes, parser_factory=_parser, open_links=False)


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # .md is a country's domain, so that linkify takes every note's file name for an address.
    return MarkdownIt("gfm-like", {"linkify": False})


def readable(note: Note) -> str:
    """The note's body, its [[links]] and ![[embeds]] written as links that `followed` finds again."""
    parts: list[str] = []
    at = note.body.start
    for number, link in enumerate(note.links):
        if link.kind not in ("wiki", "embed") or link.span.start < at or link.span.end > note.body.end:
            continue
        if not note.text[link.span.start : link.span.end].lstrip("!").startswith("[["):
            continue
        parts += [note.text[at : link.span.start], f"[{_label(link)}]({_SCHEME}{number})"]
        at = link.span.end
    return "".join((*parts, note.text[at : note.body.end]))


def followed(note: Note, href: str) -> Link | None:
    """The link that `href` in the readable form stands for."""
    if href.startswith(_SCHEME):
        number = href.removeprefix(_SCHEME)
        return note.links[int(number)] if number.isdecimal() and int(number) < len(note.links) else None
    target = unquote(href).partition("#")[0]
    return next((link for link in note.links if unquote(link.target) == target), None)


def _label(link: Link) -> str:
    place = " > ".join(part for part in (link.target, (link.heading or "").replace("#", " > ")) if part)
    return _MARKS.sub(r"\\\1", safe_line(link.label or place))
