"""HTML to blocks: what a person reads on a page; scripts, menus, forms and everything that lies elsewhere are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Comment, Doctype, NavigableString, Tag

from kb.sources.markdown import MarkdownText

_SKIPPED = frozenset(
    "script style noscript template nav aside form button select input textarea svg math iframe object embed video "
    "audio canvas map head link meta dialog menu".split()
)
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark output q ruby rt rp s samp small span strike "
    "strong sub sup time tt u var wbr acronym big img br".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_MOST_NODES = 2_000_000
_MOST_ROWS = 5_000
_MAIN = 0.4  # share of the page's words from which its main part is taken for all of it


def soup_of(data: bytes | str) -> BeautifulSoup:
    """The page as a tree; HTML that is broken is read as browsers read it."""
    return BeautifulSoup(data, "html.parser")


def main_part(soup: BeautifulSoup) -> Tag:
    """Where the text of a page stands: its main part or article, where that holds much of the words."""
    whole = soup.body or soup
    length = len(whole.get_text())
    for name in ("main", "article"):
        found = soup.find_all(name)
        if len(found) == 1 and len(found[0].get_text()) >= _MAIN * length:
            return found[0]
    return whole


def write_blocks(text: MarkdownText, root: Tag) -> None:
    """Add the blocks of `root` to `text`."""
    _Writer(text).write(root)


class _Writer:
    """Walks a tree without recursion: pages may be nested as deep as they like."""

    def __init__(self, text: MarkdownText) -> None:
        self._text = text
        self._words: list[str] = []
        self._items: list[tuple[int, str]] = []
        self._depth = 0  # of lists
        self._in_item = False
        self._in_quote = 0

    def write(self, root: Tag) -> None:
        stack: list[tuple[Tag | None, Iterator[Any]]] = [(None, iter(root.children))]
        count = 0
        while stack:
            owner, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                if owner is not None:
                    self._leave(owner)
                continue
            count += 1
            if count > _MOST_NODES:
                break
            if isinstance(child, Tag):
                if self._enter(child):
                    stack.append((child, iter(child.children)))
            elif isinstance(child, NavigableString) and not isinstance(child, Comment | Doctype):
                self._words.append(str(child))
        self._flush()
        self._end_list()

    def _enter(self, tag: Tag) -> bool:
        """Whether the children of `tag` are to be walked."""
        name = tag.name
        if name in _SKIPPED or tag.has_attr("hidden"):
            return False
        if name == "img":
            self._words.append(f" {tag.get('alt') or ''} ")
        elif name == "br":
            self._words.append(" ")
        if name in _INLINE:
            return name not in ("img", "br", "wbr")
        self._flush()
        if name in _HEADINGS:
            self._end_list()
            self._text.heading(_HEADINGS[name], tag.get_text(" "))
            return False
        if name == "pre":
            self._end_list()
            self._text.code(tag.get_text())
            return False
        if name == "table" and (rows := _rows(tag)):
            self._end_list()
            self._text.table(rows)
            return False
        self._depth += name in ("ul", "ol")
        self._in_quote += name == "blockquote"
        if name == "li":
            self._in_item = True
        elif name not in ("ul", "ol") and not self._depth:
            self._end_list()
        return True

    def _leave(self, tag: Tag) -> None:
        if tag.name in _INLINE:
            return
        self._flush()
        if tag.name in ("ul", "ol"):
            self._depth -= 1
            if not self._depth:
                self._end_list()
        elif tag.name == "blockquote":
            self._in_quote -= 1
        elif tag.name == "li":
            self._in_item = False

    def _flush(self) -> None:
        words = " ".join("".join(self._words).split())
        self._words.clear()
        if not words:
            return
        if self._depth:
            self._items.append((self._depth - 1, words))
        elif self._in_quote:
            self._text.quote(words)
        else:
            self._text.paragraph(words)

    def _end_list(self) -> None:
        if self._items:
            self._text.items(self._items)
            self._items = []


def _rows(table: Tag) -> list[list[str]]:
    """The rows of a table of data; nothing for one that only lays out a page."""
    if table.find("table") is not None:
        return []
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])]
        for row in table.find_all("tr", limit=_MOST_ROWS)
    ]
    rows = [row for row in rows if any(row)]
    return rows if len(rows) > 1 and max(map(len, rows)) > 1 else []
