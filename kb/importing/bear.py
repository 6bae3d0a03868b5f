"""Bear: exported Markdown and TextBundle, a .bear2bk backup, and TextBundles of other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from kb.errors import ExportUnreadable
from kb.importing.code import outside_code
from kb.importing.imported_note import Body, ImportedNote, Ref, short_hash
from kb.importing.importer import Export
from kb.importing.markdown import NOTES, Pages, front_lines, read_pages
from kb.importing.shapes import line, moment, table, text
from kb.importing.text import folder_of, read_texts
from kb.importing.tree import Tree
from kb.notes.note import Link

_BUNDLE = re.compile(r"(?:^|/)[^/]+\.textbundle/text\.[\w]+$", re.IGNORECASE)
_TEXT = re.compile(r"(?:[^/]+/)?text\.(?:md|markdown|txt)", re.IGNORECASE)
_WIDE_TAG = re.compile(r"(?<![\w#/&\\])#([^\W\d_][^#\n]{0,60}?[^\s#])#(?!\w)")
_SIZE = re.compile(r"(?<=\))<!--\s*\{[^{}\n]*\}\s*-->")  # of a picture
_HIGHLIGHT = re.compile(r"(?<!:)::(?=\S)([^:\n]+?)(?<=\S)::(?!:)")
_UNDERLINE = re.compile(r"(?<![~\\\w])~(?=[^\s~/])([^~\n]{1,300}?)(?<=\S)~(?![~\w])")
_BEAR = "net.shinyfrog.bear"


class Bear:
    """Notes with tags of several words, links between them, and files; those in the bin stay behind."""

    name = "bear"
    label = "Bear"

    def fits(self, tree: Tree) -> bool:
        """Whether there are bundles; Markdown alone is taken for Bear's only when --from says so."""
        return bool(_bundles(tree))

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """One for each bundle or Markdown file."""
        tree = export.tree
        bundles = _bundles(tree)
        names = bundles or tree.ending(*NOTES)
        texts = {name: _markdown(said) for name, said in read_texts(export, names).items()}
        pages = read_pages(tree, texts, texts)
        for name, note in pages.notes.items():
            about = _about(name, tree) if bundles else {}
            stem = PurePosixPath(folder_of(name) or tree.name).stem if bundles else PurePosixPath(name).stem
            title = _title(note.text[note.body.start :]) or stem
            if about.get("trashed") in (1, True):
                export.leave(title, "is in the bin")
                continue
            body = Body()
            said = pages.text(name, body, partial(_to_heading, pages, name, body)).strip("\n")
            identity = text(about.get("uniqueIdentifier"))
            yield ImportedNote(
                identity or f"{title}\t{short_hash(note.text)}",
                title,
                said,
                tuple(body.refs),
                names=(name,),
                folder="" if bundles else folder_of(name),
                created=moment(about.get("creationDate")),
                updated=moment(about.get("modificationDate")) or tree.changed(name),
                source=line(about.get("sourceURL")),
                properties={"archived": True} if about.get("archived") in (1, True) else {},
                front=front_lines(note),
                files=body.files,
            )


def _to_heading(pages: Pages, name: str, body: Body, link: Link) -> str | None:
    """Bear writes a heading of a note behind a slash."""
    note, slash, heading = link.target.rpartition("/")
    if link.kind != "wiki" or not slash or pages.resolver.resolve(link, name).path:
        return None
    meant = pages.resolver.resolve(replace(link, target=note), name).path
    return body.ref(Ref("note", meant, link.label or heading, heading=heading)) if meant else None


def _bundles(tree: Tree) -> list[str]:
    """The texts of bundles; the tree may be one bundle itself."""
    is_bundle = tree.name.lower().endswith((".textbundle", ".textpack"))
    return [name for name in tree.names() if _BUNDLE.search(name) or (is_bundle and _TEXT.fullmatch(name))]


def _title(said: str) -> str:
    """Bear's title is the first line, whatever its form; nothing where that is no title."""
    first = next((row for row in said.split("\n") if row.strip()), "")
    title = " ".join(first.lstrip("#").split()).strip("*_")
    return title if len(title) <= 120 and "](" not in title and "[[" not in title else ""


def _about(name: str, tree: Tree) -> dict[str, Any]:
    """What the bundle of a note says of it."""
    info = f"{folder_of(name)}/info.json".lstrip("/")
    if not tree.has(info):
        return {}
    try:
        value = table(tree.json(info))
    except ExportUnreadable:
        return {}
    return {**value, **table(value.get(_BEAR))}


def _markdown(said: str) -> str:
    return outside_code(said, _marks)


def _marks(said: str) -> str:
    said = _SIZE.sub("", said)
    said = _WIDE_TAG.sub(lambda match: "#" + re.sub(r"\s+", "-", match[1]), said)
    said = _UNDERLINE.sub(r"<u>\1</u>", said)
    return _HIGHLIGHT.sub(r"==\1==", said)
