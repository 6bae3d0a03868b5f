"""Google Keep: the archive of Takeout, or the folder Keep in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from kb.errors import ExportUnreadable
from kb.importing.imported_note import Body, ImportedNote, short_hash
from kb.importing.importer import Export
from kb.importing.names import title_of
from kb.importing.shapes import line, moment, table, tables, text
from kb.importing.text import folder_of
from kb.importing.tree import MOST_TEXT, Tree

_MICROSECONDS = 1_000_000.0  # a second
_MOST_FOLDERS = 100  # that are looked into


class Keep:
    """Notes and lists with labels, pictures and web links; those in the bin stay behind."""

    name = "keep"
    label = "Google Keep"

    def fits(self, tree: Tree) -> bool:
        """Whether files have the form of Keep's notes."""
        folders: dict[
            str, list[str]
        ] = {}  # Takeout holds other programs' data beside, in folders of any language
        for name in tree.ending(".json"):
            folders.setdefault(folder_of(name), []).append(name)
        names = [name for some in list(folders.values())[:_MOST_FOLDERS] for name in some[:2]]
        return any(_is_note(table(tree.json(name))) for name in names if tree.size(name) < MOST_TEXT)

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """Every note that is not in the bin."""
        for name in export.tree.ending(".json"):
            if export.tree.size(name) > MOST_TEXT:
                continue  # another program's
            try:
                note = table(export.tree.json(name))
            except ExportUnreadable as error:
                export.leave_unreadable(name, error)
                continue
            if not _is_note(note):
                continue
            found = _found(note, name, export.tree)
            if note.get("isTrashed") is True:
                export.leave(found.title, "is in the bin")
            elif not found.text:
                export.leave(found.title, "is empty")
            else:
                for file in tables(note.get("attachments")):
                    if not _beside(name, text(file.get("filePath")), export.tree):
                        export.leave(line(file.get("filePath")), f"of {found.title} is not in the export")
                yield found


def _is_note(value: dict[str, Any]) -> bool:
    return "isTrashed" in value and any(
        key in value for key in ("userEditedTimestampUsec", "textContent", "listContent", "attachments")
    )


def _found(note: dict[str, Any], name: str, tree: Tree) -> ImportedNote:
    body = Body()
    items = [
        f"- [{'x' if one.get('isChecked') is True else ' '}] {line(one.get('text'))}"
        for one in tables(note.get("listContent"))
    ]
    plain = text(note.get("textContent")).strip()
    said = _rich(text(note.get("textContentHtml")), body, tree) or plain
    files = [
        body.file(tree.attachment(file))
        for one in tables(note.get("attachments"))
        if (file := _beside(name, text(one.get("filePath")), tree))
    ]
    pages = [
        f"- [{(line(one.get('title')) or address).replace('[', '(').replace(']', ')')}]({address})"
        for one in tables(note.get("annotations"))
        if (address := text(one.get("url")).strip()).startswith(("https://", "http://"))
        and address not in said
    ]
    parts = (said, "\n".join(items), *files, "\n".join(pages))
    first_item = next((line(one.get("text")) for one in tables(note.get("listContent"))), "")
    title = line(note.get("title")) or title_of(plain or first_item, "Untitled")
    edited = moment(note.get("userEditedTimestampUsec"), _MICROSECONDS)
    created = moment(note.get("createdTimestampUsec"), _MICROSECONDS)
    states = [
        word for key, word in (("isPinned", "pinned"), ("isArchived", "archived")) if note.get(key) is True
    ]
    return ImportedNote(
        f"{title}\t{created}" if created else f"{title}\t{short_hash(plain)}\t{PurePosixPath(name).name}",
        title,
        "\n\n".join(filter(None, parts)),
        tuple(body.refs),
        created=created,
        updated=edited,
        tags=tuple(text(label.get("name")) for label in tables(note.get("labels"))),
        properties={"keep": tuple(states)},
        files=body.files,
    )


def _rich(written: str, body: Body, tree: Tree) -> str:
    """Text with headings or bold words, as newer notes have it; nothing where it is plain."""
    if not re.search(r"<h[1-6]\b|font-weight: ?[6-9]00|font-style: ?italic", written):
        return ""
    from kb.importing.html import Links, markdown_of, read_page

    return markdown_of(read_page(written), body, tree, Links(lambda *_: None, lambda *_: None))


def _beside(name: str, file: str, tree: Tree) -> str:
    """The attachment called `file` beside the note `name`; Takeout writes .jpeg in the note where the file is .jpg."""
    folder = folder_of(name)
    path = f"{folder}/{file}" if folder else file
    stem = path.rpartition(".")[0]
    return next(
        (one for one in (path, f"{stem}.jpg", f"{stem}.jpeg") if file and ".." not in file and tree.has(one)),
        "",
    )
