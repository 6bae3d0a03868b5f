"""EPUB: the chapters of a book in their order."""

from __future__ import annotations

import posixpath
from typing import Any, BinaryIO
from urllib.parse import unquote

from kb.notes.dates import read_moment
from kb.notes.extract import Extract
from kb.sources.archive import Archive, local_name
from kb.sources.html_blocks import soup_of, write_blocks
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Unreadable

_CONTAINER = "META-INF/container.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_MOST_CHAPTERS = 5_000
_OBFUSCATED_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def read(file: BinaryIO, asked: Asked, /) -> Extract:  # noqa: ARG001 - every source is asked alike
    """The book in `file`. Raises Unreadable for one that is protected against being read."""
    archive = Archive(file)
    _refuse_protected(archive)
    package = _package(archive)
    book = archive.xml(package, doctype=True)
    pages = {
        one.get("id"): posixpath.normpath(
            posixpath.join(posixpath.dirname(package), unquote(one.get("href", "")))
        )
        for one in book.iter()
        if local_name(one.tag) == "item" and one.get("media-type") in _PAGES
    }
    spine = [one.get("idref") for one in book.iter() if local_name(one.tag) == "itemref"]
    text = MarkdownText()
    missing = 0
    for number, name in enumerate(spine[:_MOST_CHAPTERS], start=1):
        page = pages.get(name)
        if page is None or not archive.holds(page):
            missing += 1
            continue
        soup = soup_of(archive.read(page))
        text.place("chapter", number)
        if soup.title and not soup.find(["h1", "h2", "h3"]):
            text.heading(1, soup.title.get_text())
        write_blocks(text, soup.body or soup)
    if missing == len(spine):
        raise Unreadable("is damaged: it holds no chapter")
    about = _about(book)
    moment = read_moment(about.get("date", ""))
    return text.extract(
        title=about.get("title", ""),
        properties={key: about[name] for key, name in _NAMED.items() if about.get(name)},
        created=moment.replace(tzinfo=None) if moment else None,
        problems=(f"{missing} of its chapters are missing.",) if missing else (),
    )


_NAMED = {"author": "creator", "publisher": "publisher", "subject": "subject", "description": "description"}


def _package(archive: Archive) -> str:
    for one in archive.xml(_CONTAINER, doctype=True).iter():
        if local_name(one.tag) == "rootfile" and one.get("full-path"):
            return str(one.get("full-path"))
    raise Unreadable("is damaged: it does not say where its book is")


def _refuse_protected(archive: Archive) -> None:
    if not archive.holds("META-INF/encryption.xml"):
        return
    for one in archive.xml("META-INF/encryption.xml", doctype=True).iter():
        if local_name(one.tag) == "EncryptionMethod" and one.get("Algorithm") not in _OBFUSCATED_FONTS:
            raise Unreadable("is protected (DRM), and can be read only with its shop's program")


def _about(book: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in book.iter():
        if "purl.org/dc" in str(one.tag) and one.text:
            found.setdefault(local_name(one.tag), " ".join(one.text.split()))
    return found
