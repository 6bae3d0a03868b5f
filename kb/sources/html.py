"""Saved web pages."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from bs4 import BeautifulSoup

from kb.notes.dates import read_moment
from kb.notes.extract import Extract
from kb.sources.html_blocks import main_part, soup_of, write_blocks
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Unreadable

_NAMED = {"author": "author", "description": "description", "keywords": "keywords"}
_DATES = ("article:published_time", "date", "dc.date", "dcterms.date", "datepublished")


def read(file: BinaryIO, asked: Asked, /) -> Extract:  # noqa: ARG001 - every source is asked alike
    """The page in `file`."""
    soup = soup_of(file.read())
    text = MarkdownText()
    write_blocks(text, main_part(soup))
    if not len(text) and not soup.find(True):
        raise Unreadable("holds no HTML")
    about = _about(soup)
    title = soup.title.get_text() if soup.title else ""
    return text.extract(
        title=" ".join((title or about.get("og:title", "")).split())[:300],
        properties={key: about[name] for key, name in _NAMED.items() if about.get(name)} | _address(soup),
        created=_moment(next((about[name] for name in _DATES if about.get(name)), "")),
    )


def _about(soup: BeautifulSoup) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in soup.find_all("meta", limit=500):
        name = tag.get("name") or tag.get("property") or tag.get("itemprop")
        if isinstance(name, str) and isinstance(tag.get("content"), str):
            found.setdefault(name.casefold(), " ".join(str(tag["content"]).split())[:1_000])
    return found


def _address(soup: BeautifulSoup) -> dict[str, str]:
    """Where the page was saved from."""
    link = soup.find("link", rel="canonical")
    address = link.get("href") if link else None
    return {"source": address} if isinstance(address, str) and address.startswith("http") else {}


def _moment(words: str) -> datetime | None:
    moment = read_moment(words) if words else None
    return moment.replace(tzinfo=None) if moment else None
