"""Logseq: the JSON of "Export graph"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kb.importing.imported_note import Body, ImportedNote
from kb.importing.importer import Export
from kb.importing.outlines import Block, Outline, day_of, highlighted, walk
from kb.importing.shapes import line, table, tables, text, texts
from kb.importing.tree import Tree
from kb.notes.note import PropertyValue

_TASK = re.compile(r"(TODO|LATER|NOW|DOING|DONE|WAITING|WAIT|CANCELED|CANCELLED)[ \t]+")
_STATES = {"DONE": "x", "DOING": "/", "NOW": "/", "CANCELED": "-", "CANCELLED": "-"}
_HEADING = re.compile(r"(#{1,6})[ \t]+")
# What Logseq keeps in a block's text for itself.
_OWN = re.compile(
    r"^(?:id|collapsed|heading|created-at|updated-at|logseq\.[\w.-]+)::[^\n]*+\n?"
    r"|^:LOGBOOK:(?:[^:]|:(?!END:|LOGBOOK:))*+:END:\n?",
    re.MULTILINE,
)
_PROPERTY = re.compile(r"^([\w./-]+)::[ \t]*(.*)$")
_KEPT_BY_LOGSEQ = ("filters", "icon", "title", "id", "collapsed", "public", "heading")


class Logseq:
    """Pages as lists, their first block's properties as the note's; references to blocks lead to them."""

    name = "logseq"
    label = "Logseq"

    def fits(self, tree: Tree) -> bool:
        """Whether there are blocks that are pages."""
        return any(_pages(tree.json(name)) for name in tree.ending(".json")[:1])

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """The pages that say anything."""
        pages = [page for name in export.tree.ending(".json") for page in _pages(export.tree.json(name))]
        blocks = {
            identity: _task(_OWN.sub("", text(one.get("content"))))[1]
            for page in pages
            for _, one in walk(tables(page.get("children")))
            if (identity := _identity(one))
        }
        for page in pages:
            title = line(page.get("page-name")) or line(page.get("title"))
            properties = _page_properties(page)
            body = Body()
            said = Outline(body, blocks, highlighted).text(_blocks(page))
            if not said:
                export.leave(title, "is empty")
                continue
            yield ImportedNote(
                title,
                line(properties.pop("title", "")) or title,
                said,
                tuple(body.refs),
                names=(title,),
                day=day_of(title),
                tags=_list(properties.pop("tags", "")),
                aliases=_list(properties.pop("alias", "")),
                properties={
                    key: _value(value) for key, value in properties.items() if key not in _KEPT_BY_LOGSEQ
                },
            )


def _pages(value: Any) -> list[dict[str, Any]]:
    """Blocks with the names of pages; Logseq's own pages say nothing, and have none below them."""
    return [one for one in tables(table(value).get("blocks")) if isinstance(one.get("page-name"), str)]


def _identity(block: dict[str, Any]) -> str:
    return text(block.get("id")) or text(block.get("uuid"))


def _page_properties(page: dict[str, Any]) -> dict[str, Any]:
    """Those of the page itself, or the lines that its first block consists of."""
    found = {key: value for key, value in table(page.get("properties")).items() if isinstance(key, str)}
    first = next(iter(tables(page.get("children"))), {})
    for row in text(first.get("content")).split("\n") if _only_properties(first) else ():
        if match := _PROPERTY.match(row):
            found.setdefault(match[1], match[2])
    return found


def _only_properties(block: dict[str, Any]) -> bool:
    rows = [row for row in text(block.get("content")).split("\n") if row.strip()]
    return bool(rows) and all(map(_PROPERTY.match, rows))


def _blocks(page: dict[str, Any]) -> Iterator[Block]:
    is_first = True
    for level, one in walk(tables(page.get("children"))):
        said = _OWN.sub("", text(one.get("content"))).strip("\n")
        if is_first and level == 0 and _only_properties(one):
            is_first = False
            continue
        is_first = False
        task, said = _task(said)
        heading = _HEADING.match(said)
        if said.strip() or task:
            size = max(1, len(heading[1]) - 1) if heading else 0  # the outline sets it one lower
            yield Block(level, said[heading.end() :] if heading else said, _identity(one), size, task)


def _task(said: str) -> tuple[str, str]:
    match = _TASK.match(said)
    return (f"[{_STATES.get(match[1], ' ')}] ", said[match.end() :]) if match else ("", said)


def _list(value: Any) -> tuple[str, ...]:
    parts = texts(value) if isinstance(value, list) else text(value).split(",")
    return tuple(name for part in parts if (name := part.strip().removeprefix("#").strip("[]")))


def _value(value: Any) -> PropertyValue:
    if isinstance(value, bool | int | float):
        return value
    return tuple(texts(value)) if isinstance(value, list) else line(value)
