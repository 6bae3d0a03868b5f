"""Evernote: .enex files, one or a folder of them; each notebook is a file, and becomes a folder."""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import PurePosixPath
from typing import Any

from kb.errors import ExportUnreadable
from kb.importing.imported_note import Attachment, Body, ImportedNote, Ref, clean, short_hash
from kb.importing.importer import Export
from kb.importing.tree import MOST_ATTACHMENT, Tree

_ADDRESS = re.compile(r"evernote:///|https://(?:www|app|share)\.evernote\.com/", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_LINK = re.compile(r"<a(\s[^<>]*+)>([^<>]{1,300})</a>")
_STAMP = "%Y%m%dT%H%M%SZ"
_MOST_LEVELS = 50  # of elements around a note


class Evernote:
    """Web clips, checklists, code, pictures and files; links between notes, which an export has by title only."""

    name = "evernote"
    label = "Evernote"

    def fits(self, tree: Tree) -> bool:
        """Whether there are .enex files."""
        return bool(tree.ending(".enex"))

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """The notes of every notebook."""
        files = export.tree.ending(".enex")
        linked = _linked(export.tree, files)
        for name in files:
            notebook = PurePosixPath(name).stem if len(files) > 1 else ""
            for element in _elements(export.tree, name):
                yield _found(element, notebook, export, linked)


def _elements(tree: Tree, name: str) -> Iterator[Any]:
    """The `note` elements, one by one, so that a notebook of gigabytes needs the memory of one note."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    stack: list[Any] = []
    with tree.open(name) as stream:
        try:
            for event, element in iterparse(stream, events=("start", "end"), forbid_external=True):
                if event == "start":
                    stack.append(element)
                    if len(stack) > _MOST_LEVELS:
                        raise ExportUnreadable(f"{name} can't be read: it is nested too deeply.")
                    continue
                stack.pop()
                if element.tag == "note":
                    yield element
                    element.clear()
                    if stack:
                        stack[-1].clear()
        except DefusedXmlException as error:
            raise ExportUnreadable(
                f"{name} was refused: it defines entities, which no export does."
            ) from error
        except (ParseError, ValueError, LookupError) as error:  # an encoding that nobody knows
            raise ExportUnreadable(
                f"{name} can't be read: it is damaged or not an Evernote export."
            ) from error


def _linked(tree: Tree, files: list[str]) -> dict[str, str]:
    """Titles of notes by the ids in links, as far as a link somewhere shows the title: exports have no ids of notes."""
    titles: set[str] = set()
    shown: dict[str, set[str]] = {}
    for name in files:
        for element in _elements(tree, name):
            titles.add(_title(element))
            for tag, text in _LINK.findall(element.findtext("content") or ""):
                if _ADDRESS.search(tag) and (found := _GUID.findall(tag)):
                    shown.setdefault(found[-1].lower(), set()).add(" ".join(unescape(text).split()))
    return {guid: next(iter(named)) for guid, texts in shown.items() if len(named := texts & titles) == 1}


def _title(element: Any) -> str:
    return " ".join(clean(element.findtext("title") or "").split()) or "Untitled"


def _found(element: Any, notebook: str, export: Export, linked: dict[str, str]) -> ImportedNote:
    from kb.importing.html import Links, markdown_of, read_page

    title, body = _title(element), Body()
    files = dict(_resources(element, title, export))
    shown: set[str] = set()

    def picture(address: str, text: str) -> str | None:
        identity = address.removeprefix("en-media:").lower()
        if identity not in files:
            return None
        shown.add(identity)
        return body.file(files[identity], text)

    def link(address: str, text: str) -> str | None:
        guids = _GUID.findall(address) if _ADDRESS.match(address) else []
        if not guids:
            return None
        target = linked.get(guids[-1].lower(), text)
        shown = target if not text or _ADDRESS.match(text) else text
        written = f"[{(shown or 'a note').replace('[', '(').replace(']', ')')}]({address})"
        return body.ref(Ref("note", target, shown, otherwise=written))

    content = clean(element.findtext("content") or "")
    said = markdown_of(read_page(content), body, export.tree, Links(link, picture))
    rest = [body.file(file) for identity, file in files.items() if identity not in shown]
    created = _moment(element.findtext("created"))
    return ImportedNote(
        f"{title}\t{created or short_hash(content)}",
        title,
        "\n\n".join(filter(None, (said, *_tasks(element), *rest))),
        tuple(body.refs),
        folder=notebook,
        created=created,
        updated=_moment(element.findtext("updated")),
        tags=tuple(clean(tag.text or "") for tag in element.findall("tag")),
        source=_address(element.findtext("note-attributes/source-url")),
        properties={"author": " ".join(clean(element.findtext("note-attributes/author") or "").split())},
        files=body.files,
    )


def _resources(element: Any, title: str, export: Export) -> Iterator[tuple[str, Attachment]]:
    """Files by the digest that the text names them by."""
    for number, resource in enumerate(element.findall("resource"), 1):
        written = resource.findtext("data") or ""
        name = clean(resource.findtext("resource-attributes/file-name") or "").strip()
        if len(written) > MOST_ATTACHMENT * 4 // 3:
            export.leave(
                name or f"attachment {number}", f"of {title} is larger than {MOST_ATTACHMENT // 1_000_000} MB"
            )
            continue
        try:
            data = base64.b64decode(written)
        except (binascii.Error, ValueError):
            data = b""
        if not data:
            export.leave(name or f"attachment {number}", f"of {title} is empty or damaged")
            continue
        identity = hashlib.md5(data, usedforsecurity=False).hexdigest()
        ending = mimetypes.guess_extension((resource.findtext("mime") or "").strip()) or ".bin"
        name = (
            name.replace("/", "-")
            if PurePosixPath(name).suffix
            else f"{name or f'attachment {number}'}{ending}"
        )
        yield identity, Attachment(f"{identity} {name}", name, export.tree.keep(data))


def _tasks(element: Any) -> Iterator[str]:
    """Tasks of their own stand beside the text."""
    lines = []
    for task in element.findall("task"):
        title = " ".join(clean(task.findtext("title") or "").split())
        done = (task.findtext("taskStatus") or "").strip() == "completed"
        due = _moment(task.findtext("dueDate"))
        lines.append(f"- [{'x' if done else ' '}] {title}" + (f" (due {due:%Y-%m-%d})" if due else ""))
    if lines:
        yield "\n".join(lines)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.strptime((text or "").strip(), _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _address(text: str | None) -> str:
    address = (text or "").strip()
    return address if re.fullmatch(r"https?://\S{1,2000}", address) else ""
