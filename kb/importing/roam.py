"""Roam Research: the JSON of "Export all", or the archive with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kb.importing.imported_note import Body, ImportedNote
from kb.importing.importer import Export
from kb.importing.outlines import Block, Outline, day_of, highlighted, walk
from kb.importing.shapes import line, moment, tables, text
from kb.importing.tree import Tree

_TASK = re.compile(r"\{\{(?:\[\[)?(TODO|DONE)(?:\]\])?\}\}[ \t]*")
_ITALIC = re.compile(r"(?<![\w_])__(?=\S)([^_\n]+?)(?<=\S)__(?![\w_])")
_THOUSAND = 1_000.0  # Roam counts thousandths of a second


class Roam:
    """Pages as lists; references to blocks lead to them, and daily notes go where the vault has its own."""

    name = "roam"
    label = "Roam"

    def fits(self, tree: Tree) -> bool:
        """Whether there are pages with titles and blocks with strings."""
        return any(any(map(_is_page, tables(tree.json(name))[:20])) for name in tree.ending(".json")[:1])

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """The pages that say anything."""
        pages = [
            page
            for name in export.tree.ending(".json")
            for page in tables(export.tree.json(name))
            if _is_page(page)
        ]
        blocks = {
            identity: _TASK.sub("", text(one.get("string")))
            for page in pages
            for _, one in walk(tables(page.get("children")))
            if (identity := text(one.get("uid")))
        }
        for page in pages:
            title, body = line(page.get("title")), Body()
            said = Outline(body, blocks, _markdown).text(_blocks(page))
            if not said:
                export.leave(title, "is empty")
                continue
            yield ImportedNote(
                text(page.get("uid")) or title,
                title,
                said,
                tuple(body.refs),
                day=day_of(title),
                created=moment(page.get("create-time"), _THOUSAND),
                updated=moment(page.get("edit-time"), _THOUSAND),
            )


def _is_page(value: dict[str, Any]) -> bool:
    if not isinstance(value.get("title"), str) or "chat_messages" in value or "mapping" in value:
        return False
    below = tables(value.get("children"))
    return any("string" in one for one in below) or (not below and "edit-time" in value)


def _blocks(page: dict[str, Any]) -> Iterator[Block]:
    for level, one in walk(tables(page.get("children"))):
        said = text(one.get("string"))
        task = ""
        if match := _TASK.match(said):
            task, said = ("[x] " if match[1] == "DONE" else "[ ] "), said[match.end() :]
        heading = one.get("heading")
        size = heading if isinstance(heading, int) and 0 < heading < 4 else 0
        if said.strip() or task:
            yield Block(level, said, text(one.get("uid")), size, task)


def _markdown(said: str) -> str:
    return _ITALIC.sub(r"*\1*", highlighted(said))
