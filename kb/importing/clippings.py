"""Pages of the web as browsers and clippers save them: HTML files, each with a folder of its pictures, or all in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from kb.errors import ExportUnreadable
from kb.importing.imported_note import Body, ImportedNote, Ref, short_hash
from kb.importing.importer import Export
from kb.importing.mhtml import SUFFIXES, Saved, read_mhtml
from kb.importing.shapes import moment
from kb.importing.text import folder_of
from kb.importing.tree import Tree

PAGES = (".html", ".htm", ".xhtml", *SUFFIXES)
_SAVED_FROM = re.compile(r"saved from url=\(\d++\)(\S+)|^[ \t]*+url:[ \t]*+(\S+)", re.MULTILINE)
_SAVED_ON = re.compile(r"^[ \t]*+saved date:[ \t]*+(\S.*)$", re.MULTILINE)
_AUTHOR = ("author", "article:author")
_PUBLISHED = ("article:published_time", "date", "dc.date")


class Clippings:
    """The main part of each page is a note with the page's address; links between saved pages stay."""

    name = "html"
    label = "Clippings"

    def fits(self, tree: Tree) -> bool:
        """Whether pages are most of the texts."""
        return bool(tree.ending(*PAGES)) and not tree.ending(".md", ".markdown")

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """One for each page."""
        from kb.importing.html import first_line, read_page

        for name in _pages(export.tree):
            try:
                saved = _saved_page(export.tree, name)
                page = read_page(saved.html, web=True)
                title = (
                    page.meta.get("og:title") or page.title or first_line(page) or PurePosixPath(name).stem
                )
                found = page_note(export.tree, name, saved, " ".join(title.split()), web=True)
            except ExportUnreadable as error:
                export.leave_unreadable(name, error)
                continue
            if found.text:
                yield found
            else:
                export.leave(name, "holds no text")
        for name in export.tree.ending(".txt"):
            export.leave(name, "is not a web page; import texts with --from text")


def _pages(tree: Tree) -> list[str]:
    """Pages but for the frames that browsers save beside them."""
    return [name for name in tree.ending(*PAGES) if not re.search(r"_files/|\.files/", name)]


def _saved_page(tree: Tree, name: str) -> Saved:
    return read_mhtml(tree, name) if name.lower().endswith(SUFFIXES) else Saved(tree.text(name))


def page_note(tree: Tree, name: str, saved: Saved, title: str, *, web: bool) -> ImportedNote:
    """The note that the page `name` becomes. Raises ExportUnreadable for what cannot be converted."""
    from kb.importing.html import Links, is_local, markdown_of, read_page

    page = read_page(saved.html, web=web)
    body = Body()
    named = page.canonical or page.meta.get("og:url", "")
    source = _source(page.comments, saved.address or named) if web else ""

    def beside(address: str) -> str:
        path = unquote(address.partition("#")[0].partition("?")[0], errors="replace")
        return normpath(f"{folder_of(name)}/{path}").lstrip("/") if is_local(address) and path else ""

    def picture(address: str, text: str) -> str | None:
        if file := saved.parts.get(address):
            return body.file(file, text)
        beneath = beside(address)
        return body.file(tree.attachment(beneath), text) if beneath and tree.has(beneath) else None

    def link(address: str, text: str) -> str | None:
        file = beside(address)
        if not file or file == name or not tree.has(file):
            return None
        if file.lower().endswith(PAGES):
            return body.ref(Ref("note", file, text, otherwise=text))
        return body.file(tree.attachment(file), text, embed=False)

    try:
        said = markdown_of(page, body, tree, Links(link, picture, base=source))
    except RecursionError as error:
        raise ExportUnreadable(f"{name} can't be read: it is nested too deeply.") from error
    first, _, rest = said.partition("\n")
    if not web and " ".join(first.strip("#*_ \\").split()) == title:  # the title, however it is set
        said = rest.strip("\n")
    author = next((page.meta[key] for key in _AUTHOR if page.meta.get(key)), "")
    published = next((moment(page.meta[key]) for key in _PUBLISHED if page.meta.get(key)), None)
    return ImportedNote(
        f"{source or PurePosixPath(name).name}\t{short_hash(said)}",
        title,
        said,
        tuple(body.refs),
        names=(name,),
        folder=folder_of(name),
        created=saved.moment or _saved(page.comments) or tree.changed(name),
        source=source,
        properties={
            "author": " ".join(author.split()) if web else "",
            "published": published.date() if published and web else None,
        },
        files=body.files,
    )


def _source(comments: list[str], named: str) -> str:
    for comment in comments:
        if match := _SAVED_FROM.search(comment):
            named = match[1] or match[2]
            break
    return named if re.fullmatch(r"https?://\S{1,2000}", named) else ""


def _saved(comments: list[str]) -> datetime | None:
    """When SingleFile saved the page: a date as JavaScript writes it."""
    for comment in comments:
        if match := _SAVED_ON.search(comment):
            try:
                return datetime.strptime(match[1].strip()[:33], "%a %b %d %Y %H:%M:%S GMT%z")
            except ValueError:
                return None
    return None
