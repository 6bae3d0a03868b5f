"""Notion: the archive of "Markdown & CSV", whose names carry ids, and whose large ones hold archives."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

from kb.importing.clippings import page_note
from kb.importing.imported_note import Body, ImportedNote, Ref, has_refs
from kb.importing.importer import Export
from kb.importing.markdown import Pages, read_pages
from kb.importing.mhtml import Saved
from kb.importing.text import folder_of, read_texts
from kb.importing.tree import Tree
from kb.notes.dates import read_moment
from kb.notes.note import Link, PropertyValue

_ID = r"[0-9a-f]{32}"
_NAMED = re.compile(rf"^(?P<title>.*?) ?(?P<id>{_ID})(?P<all>_all)?$", re.DOTALL)
_ADDRESS = re.compile(rf"https?://(?:www\.)?notion\.(?:so|site)/\S*?({_ID})", re.IGNORECASE)
_PROPERTY = re.compile(r"([^\n:#\[\]]{1,80}): (.*)")
_RELATION = re.compile(r"([^,()\n]{1,200}) \(((?:https?://[^\s()]+|[^\s()]+\.md))\),?[ ]?")
_CREATED, _UPDATED = (
    ("created", "created time", "date created"),
    ("last edited time", "last edited", "updated"),
)
_TAGS = ("tags", "tag")
_ASIDE = re.compile(r"<aside>((?:[^<]|<(?!/?aside>))*+)</aside>")
_WRAPPING = re.compile(r"(?:Private & Shared|Export-[0-9a-f-]{36}|Export)$")
_MOST_CELLS = 500_000
csv.field_size_limit(10_000_000)


class Notion:
    """Pages with their properties, databases as tables of links to their pages, sub-pages in folders."""

    name = "notion"
    label = "Notion"

    def fits(self, tree: Tree) -> bool:
        """Whether names carry Notion's ids."""
        texts = tree.ending(".md", ".csv", ".html")
        return bool(texts) and sum(_name(name)[1] != "" for name in texts) * 2 >= len(texts)

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """The pages, then the databases."""
        tree = export.tree
        if not tree.ending(".md"):
            yield from _as_html(export)
            return
        texts = read_texts(export, tree.ending(".md"))
        pages = read_pages(tree, texts, {name: _callouts(said) for name, said in texts.items()})
        rooms = _ExportIndex(pages, _databases(tree))
        for name in pages.notes:
            yield _page(name, rooms)
        for name, file in rooms.databases.items():
            if said := read_texts(export, [file]):
                yield _database(name, said[file], rooms, export)


def _as_html(export: Export) -> Iterator[ImportedNote]:
    """The pages of an export to HTML; databases are pages with tables there."""
    from kb.importing.html import read_page

    for name, written in read_texts(export, export.tree.ending(".html")).items():
        title, identity = _name(name)
        title = read_page(written).title or title or "Untitled"
        found = page_note(export.tree, name, Saved(written), title, web=False)
        if not identity and PurePosixPath(name).stem == "index":
            continue  # the list of all pages that Notion adds
        yield replace(found, key=identity or name, folder=_folder(name), created=None)


@dataclass(frozen=True)
class _ExportIndex:
    """Where everything of the export is."""

    pages: Pages
    databases: dict[str, str]  # the name without `_all` -> the file with all rows

    @cached_property
    def by_id(self) -> dict[str, str]:
        """Pages and databases by their ids."""
        return {
            identity: name for name in (*self.pages.notes, *self.databases) if (identity := _name(name)[1])
        }

    @cached_property
    def by_title(self) -> dict[tuple[str, str], str]:
        """Pages by title and folder, in small letters; names of files are cut, and lack what none may be called."""
        return {
            (called.casefold(), folder_of(one).casefold()): one
            for one, note in self.pages.notes.items()
            for called in (_name(one)[0], note.title)
        }

    def related(self, value: str, name: str, body: Body) -> list[str]:
        """The pages that a relation in `name` leads to, each as a link; none where the value is no relation."""
        found = []
        for match in _RELATION.finditer(value):
            address = _ADDRESS.match(match[2])
            path = normpath(f"{folder_of(name)}/{unquote(match[2], errors='replace')}").lstrip("/")
            target = self.by_id.get(address[1].lower(), "") if address else path
            if target not in self.pages.notes:
                return []
            found.append(body.ref(Ref("note", target, match[1].strip())))
        return found if _RELATION.sub("", value).strip(" ,") == "" else []


def _page(name: str, rooms: _ExportIndex) -> ImportedNote:
    title, identity = _name(name)
    body = Body()
    said = rooms.pages.text(name, body, _special(rooms, body, name)).strip("\n")
    heading, _, rest = said.partition("\n")
    if heading.startswith("# "):
        said = rest.strip("\n")
        # File names are cut after 50 letters; the heading has the whole title.
        title = heading.removeprefix("# ").strip() if not has_refs(heading) else title
    properties, said = _properties(said)
    values = {key.casefold(): value for key, value in properties.items()}
    tags = next((values[key] for key in _TAGS if key in values), "")
    created, updated = (_moment(values, names) for names in (_CREATED, _UPDATED))
    own = {*_TAGS, *(_CREATED if created else ()), *(_UPDATED if updated else ())}
    return ImportedNote(
        identity or name,
        title or "Untitled",
        said,
        names=(name,),
        folder=_folder(name),
        created=created,
        updated=updated,
        tags=tuple(part.strip() for part in tags.split(",") if part.strip()),
        properties={
            key: tuple(rooms.related(value, name, body)) or _value(value)
            for key, value in properties.items()
            if key.casefold() not in own
        },
        refs=tuple(body.refs),
        files=body.files,
    )


def _database(name: str, said: str, rooms: _ExportIndex, export: Export) -> ImportedNote:
    """A table of the rows; the first cell of each leads to its page."""
    title, identity = _name(name)
    body = Body()
    rows: list[list[str]] = []
    width = 0
    try:
        for row in csv.reader(io.StringIO(said)):
            width = max(width, len(row))
            if width * (len(rows) + 1) > _MOST_CELLS:
                export.leave(name, f"has more than {_MOST_CELLS:,} cells; those after them are not imported")
                break
            rows.append(row)
    except csv.Error:
        export.leave(name, "can't be read to its end: it is damaged")
    lines = []
    for number, row in enumerate(rows):
        shown = [
            ", ".join(rooms.related(cell, name, body)) or _cell(cell)
            for cell in (*row, *[""] * (width - len(row)))
        ]
        if number and shown and (page := _row_page(name, row[0] if row else "", rooms)):
            shown[0] = body.ref(Ref("note", page, shown[0], otherwise=shown[0]))
        lines.append(f"| {' | '.join(shown)} |")
        if not number:
            lines.append(f"|{' --- |' * width}")
    return ImportedNote(
        identity or name,
        title or "Untitled",
        "\n".join(lines),
        tuple(body.refs),
        names=(name,),
        folder=_folder(name),
    )


def _row_page(name: str, cell: str, rooms: _ExportIndex) -> str:
    """The page of the row that begins with `cell`: in a folder called as the database, with or without the id."""
    beside = f"{folder_of(name)}/{_name(name)[0]}".lstrip("/")
    for folder in (name.removesuffix(".csv"), beside):
        for called in (cell.strip(), cell.strip()[:50].strip()):
            if called and (page := rooms.by_title.get((called.casefold(), folder.casefold()))):
                return page
    return ""


def _special(rooms: _ExportIndex, body: Body, name: str) -> Callable[[Link], str | None]:
    """Links that only Notion writes: to databases, and to pages by their addresses."""

    def stands(link: Link) -> str | None:
        if link.kind == "url" and (match := _ADDRESS.match(link.target)):
            target = rooms.by_id.get(match[1].lower(), "")
        elif link.kind == "markdown" and link.target.lower().endswith(".csv"):
            meant = rooms.pages.resolver.resolve(link, name).candidates
            target = meant[0].replace("_all.csv", ".csv") if len(meant) == 1 else ""
            target = target if target in rooms.databases else ""
        else:
            return None
        return body.ref(Ref("note", target, link.label or _name(target)[0])) if target else None

    return stands


def _databases(tree: Tree) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in tree.ending(".csv"):
        plain = name.replace("_all.csv", ".csv")
        if plain == name:
            found.setdefault(plain, name)
        else:
            found[plain] = name
    return found


def _name(name: str) -> tuple[str, str]:
    """Title and id in a file's name."""
    stem = PurePosixPath(name).stem
    match = _NAMED.match(stem)
    return (match["title"].strip(), match["id"]) if match else (stem, "")


def _folder(name: str) -> str:
    """The folder without ids, and without those that only wrap the export."""
    parts = [_name(f"{part}.x")[0] for part in folder_of(name).split("/") if part]
    while parts and _WRAPPING.match(parts[0]):
        parts.pop(0)
    return "/".join(part or "Untitled" for part in parts)


def _properties(said: str) -> tuple[dict[str, str], str]:
    """The lines `Name: value` that Notion writes below the title of a page of a database, and the rest."""
    head, _, rest = said.partition("\n\n")
    found: dict[str, str] = {}
    for line in head.split("\n"):
        match = _PROPERTY.fullmatch(line)
        if match is None or match[1].startswith(("-", "*", ">", "|", "!", "http")):
            return {}, said
        found[match[1].strip()] = match[2].strip()
    return found, rest.strip("\n")


def _value(value: str) -> PropertyValue:
    if value in ("Yes", "No"):
        return value == "Yes"
    if re.search(r"\d{4}", value) and (moment := read_moment(value)):
        return moment.date() if moment.time() == datetime.min.time() else moment.replace(tzinfo=None)
    return value


def _moment(values: dict[str, str], names: tuple[str, ...]) -> datetime | None:
    return next((moment for name in names if (moment := read_moment(values.get(name, "")))), None)


def _callouts(said: str) -> str:
    def quoted(match: re.Match[str]) -> str:
        lines = [line.strip() for line in match[1].strip().split("\n")]
        # An icon stands on a line of its own.
        if len(lines) > 2 and not lines[1] and len(lines[0]) <= 4:
            lines = [f"{lines[0]} {lines[2]}", *lines[3:]]
        return "\n".join(f"> {line}".rstrip() for line in lines)

    return _ASIDE.sub(quoted, re.sub(r"^([ \t]*- \[[ x]\])  +", r"\1 ", said, flags=re.MULTILINE))


def _cell(cell: Any) -> str:
    return " ".join(str(cell).replace("|", "\\|").split())
