"""Word: paragraphs, headings, lists and tables, with what was remarked on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from kb.notes.dates import read_moment
from kb.notes.extract import Extract
from kb.sources.archive import Archive, local_name
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DOCUMENT, _STYLES, _COMMENTS, _CORE = (
    "word/document.xml",
    "word/styles.xml",
    "word/comments.xml",
    "docProps/core.xml",
)
_MOST_ROWS = 5_000
_SPACES = frozenset({"tab", "br", "cr"})


def read(file: BinaryIO, asked: Asked, /) -> Extract:  # noqa: ARG001 - every source is asked alike
    """The document in `file`. Raises Unreadable."""
    archive = Archive(file)
    if not archive.holds(_DOCUMENT):
        raise Unreadable("is not a Word document")
    levels = _levels(archive)
    text = MarkdownText()
    body = archive.xml(_DOCUMENT).find(f"{_W}body")
    items: list[tuple[int, str]] = []
    for block in _blocks(body if body is not None else ()):
        kind = local_name(block.tag)
        depth = _list_depth(block) if kind == "p" else None
        words = _words(block) if kind == "p" else ""
        level = levels.get(_style(block), 0) if kind == "p" else 0
        if depth is not None and not level:
            items.append((depth, words))
            continue
        if items:
            text.items(items)
            items = []
        if kind == "tbl":
            text.table(_rows(block))
        elif level:
            text.heading(level, words)
        else:
            text.paragraph(words)
    text.items(items)
    for remark in _remarks(archive):
        text.quote(remark)
    about = _about(archive)
    return text.extract(
        title=about.get("title", ""),
        properties={key: about[name] for key, name in _NAMED.items() if about.get(name)},
        created=read_moment(about.get("created", "")[:19]),
        modified=read_moment(about.get("modified", "")[:19]),
    )


_NAMED = {"author": "creator", "subject": "subject", "keywords": "keywords"}


def _blocks(body: Any) -> Iterator[Any]:
    """Paragraphs and tables, those within controls and text boxes of the document too."""
    for one in body:
        name = local_name(one.tag)
        if name in ("p", "tbl"):
            yield one
        elif name == "sdt":
            for content in one:
                if local_name(content.tag) == "sdtContent":
                    yield from _blocks(content)


def _words(block: Any) -> str:
    """The text of a paragraph; what was struck out with changes tracked is kept in other elements."""
    parts = []
    for one in block.iter():
        name = local_name(one.tag)
        if name == "t" and one.text:
            parts.append(one.text)
        elif name in _SPACES:
            parts.append(" ")
    return "".join(parts)


def _rows(table: Any) -> list[list[str]]:
    rows = []
    for row in table.iter(f"{_W}tr"):
        rows.append([" ".join(_words(one) for one in cell.iter(f"{_W}p")) for cell in row.iter(f"{_W}tc")])
        if len(rows) >= _MOST_ROWS:
            break
    return rows


def _style(block: Any) -> str:
    style = block.find(f"{_W}pPr/{_W}pStyle")
    return style.get(f"{_W}val", "") if style is not None else ""


def _list_depth(block: Any) -> int | None:
    level = block.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
    written = level.get(f"{_W}val", "0") if level is not None else ""
    return int(written) if written.isdigit() else None


def _levels(archive: Archive) -> dict[str, int]:
    """The level of each style of headings, whatever it is called in the writer's language."""
    found: dict[str, int] = {}
    if not archive.holds(_STYLES):
        return found
    for style in archive.xml(_STYLES).iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        words = name.get(f"{_W}val", "").casefold() if name is not None else ""
        if words == "title":
            found[style.get(f"{_W}styleId", "")] = 1
        elif words.startswith("heading ") and words[8:9].isdigit():
            found[style.get(f"{_W}styleId", "")] = int(words[8:9])
    return found


def _remarks(archive: Archive) -> Iterator[str]:
    if archive.holds(_COMMENTS):
        for one in archive.xml(_COMMENTS).iter(f"{_W}comment"):
            yield _words(one)


def _about(archive: Archive) -> dict[str, str]:
    if not archive.holds(_CORE):
        return {}
    return {local_name(one.tag): " ".join((one.text or "").split()) for one in archive.xml(_CORE).iter()}
