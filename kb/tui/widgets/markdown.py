"""Markdown as notes are written: `Tea.md` is a name, not an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Markdown

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


class NoteMarkdown(Markdown):
    """Shows Markdown that has passed `safe_text`; a link in it does nothing by itself."""

    def __init__(self, markdown: str | None = None, *, classes: str | None = None) -> None:
        super().__init__(markdown, classes=classes, parser_factory=_parser, open_links=False)


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # .md is a country's domain, so that linkify takes every note's file name for an address.
    return MarkdownIt("gfm-like", {"linkify": False})
