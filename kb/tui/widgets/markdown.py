"""Markdown as notes are written: `Tea.md` is a name, not an address, and [[links]] read as their labels."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from textual.content import Content
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownParagraph  # not handed out by textual.widgets.markdown
from textual.widgets.markdown import MarkdownBlock

from kb.notes.shown import read_as
from kb.safe_text import safe_line, safe_text
from kb.tui.theme import citation_colour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt

    from kb.notes.note import Link, Note

_SCHEME = "kb:"  # of links to notes, which are looked up in the catalog and never followed as paths
_MARKS = re.compile(r"([\\\[\]*_`<>|~=$#])")
_CITED = re.compile(r"\[(\d+)\]")
_CLICK = "@click"
_CHOSEN = "reverse bold"


class NoteMarkdown(Markdown):
    """Shows Markdown that has passed `safe_text`; a link in it does nothing by itself."""

    def __init__(self, markdown: str | None = None, *, classes: str | None = None) -> None:
        super().__init__(markdown, classes=classes, parser_factory=_parser, open_links=False)
        self._chosen = -1

    def choose_link(self, by: int) -> str | None:
        """Mark the link after the one that is marked, or with -1 the one before; returns where it leads."""
        places = list(self._links())
        if not places:
            return None
        for block, start, end, _ in places:
            _set(block, start, end, chosen=False)
        self._chosen = (self._chosen + by) % len(places) if self._chosen >= 0 or by > 0 else len(places) - 1
        block, start, end, href = places[self._chosen]
        _set(block, start, end, chosen=True)
        block.scroll_visible(animate=False)
        return href

    def chosen_link(self) -> str | None:
        """Where the marked link leads; None while none is marked."""
        places = list(self._links())
        return places[self._chosen][3] if 0 <= self._chosen < len(places) else None

    def forget_link(self) -> None:
        """Another text is shown."""
        self._chosen = -1

    def _links(self) -> Iterator[tuple[MarkdownBlock, int, int, str]]:
        """The links of paragraphs and headings, in the order of the text: block, stretch of its content, target."""
        for block in self.query(MarkdownBlock):
            for span in block.content.spans if isinstance(block.content, Content) else ():
                if (href := _target(span.style)) is not None:
                    yield block, span.start, span.end, href


def _target(style: Any) -> str | None:
    meta = getattr(style, "meta", None) or {}
    click = meta.get(_CLICK) if isinstance(meta, dict) else None
    if not isinstance(click, str) or not click.startswith("link("):
        return None
    target = ast.literal_eval(click.removeprefix("link"))
    return target if isinstance(target, str) else None


def _set(block: MarkdownBlock, start: int, end: int, *, chosen: bool) -> None:
    content = block.content
    if not isinstance(content, Content):
        return
    kept = [span for span in content.spans if (span.start, span.end, span.style) != (start, end, _CHOSEN)]
    content = Content(content.plain, spans=kept)
    block.set_content(content.stylize(_CHOSEN, start, end) if chosen else content)


class _CitedParagraph(MarkdownParagraph):
    """Numbers of citations in their colours, and the answer's own words marked."""

    def set_content(self, content: Content) -> None:
        for match in _CITED.finditer(content.plain):
            colour = citation_colour(int(match[1]))
            content = content.stylize(f"bold {colour}", match.start(), match.end())
        words = getattr(self._markdown, "words", "")
        start = content.plain.find(words) if words else -1
        if start >= 0:
            content = content.stylize("bold $text-accent", start, start + len(words))
        super().set_content(content)


class CitedMarkdown(NoteMarkdown):
    """A block of an answer. `words` are those of it that answer."""

    BLOCKS = {**Markdown.BLOCKS, "paragraph_open": _CitedParagraph}  # noqa: RUF012 - as Textual declares it

    def __init__(self, markdown: str, *, words: str = "", classes: str | None = None) -> None:
        self.words = safe_text(words)
        super().__init__(markdown, classes=classes)


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
    return _MARKS.sub(r"\\\1", safe_line(read_as(link)))
