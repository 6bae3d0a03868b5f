"""HTML as people's programs write it, made well-formed and flat, without what is no text, before it is converted.

Elements that end without an end tag are closed as browsers close them, wrappers beyond some depth are left out, and so
are scripts, forms and styles, so that a converter which calls itself for each element needs few calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

_MOST_COMMENTS = 20
_DECLARATION = re.compile(r"<!\[CDATA\[|\]\]>|<[!?][a-zA-Z][^<>]*+>")
_NO_TAG = re.compile(r"<(?![a-zA-Z/])|</(?![a-zA-Z])")
_DEEPEST = 60  # levels that are kept; pages of the web have 15 to 40
_MOST_OPEN = 2_000  # levels that are kept track of
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr en-media en-todo".split()
)
_DROPPED = frozenset(
    "script style noscript template svg math iframe object applet canvas select button textarea dialog"
    " link meta base".split()
)
# Around what a web page says, not part of it.
_AROUND = frozenset("nav footer aside form".split())
# An element that begins ends the open ones named here, up to the nearest of its owners.
_ENDS = {
    "li": (("li",), ("ul", "ol", "menu")),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
    "tr": (("tr", "td", "th"), ("table", "thead", "tbody", "tfoot")),
    "td": (("td", "th"), ("tr", "table")),
    "th": (("td", "th"), ("tr", "table")),
    "tbody": (("thead", "tbody", "tfoot", "tr", "td", "th"), ("table",)),
    "option": (("option",), ("select",)),
}
_ENDS_PARAGRAPH = frozenset(
    "address article blockquote div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section"
    " table ul details".split()
)
_KEPT_ATTRIBUTES = frozenset(
    "href src alt title class style checked type hash colspan datetime start data-src name property content rel role".split()
)


@dataclass
class Page:
    """What is left of a page, and what its head says."""

    html: str = ""
    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)  # by name or property
    canonical: str = ""
    comments: list[str] = field(default_factory=list)


def clean_html(text: str, *, web: bool = False) -> Page:
    """`text` well-formed; of a page of the web, what stands around its main part is left out, too."""
    text, comments = _without_marks(text)
    cleaner = _Cleaner(_AROUND if web else frozenset())
    cleaner.feed(text)
    cleaner.close()
    page = cleaner.page()
    page.comments = comments
    return page


def _without_marks(text: str) -> tuple[str, list[str]]:
    """`text` without comments and declarations, and the first comments.

    Python's parser takes a time that grows with the square of those that do not end, and of signs that begin no tag.
    """
    parts: list[str] = []
    comments: list[str] = []
    position = 0
    while (place := text.find("<!--", position)) >= 0:
        end = text.find("-->", place + 4)
        if end < 0:
            break
        parts.append(text[position:place])
        if len(comments) < _MOST_COMMENTS:
            comments.append(text[place + 4 : min(end, place + 2_000)])
        position = end + 3
    text = _DECLARATION.sub("", "".join((*parts, text[position:])))
    last = text.rfind(">") + 1
    return _NO_TAG.sub(lambda match: match[0].replace("<", "&lt;"), text[:last]) + text[last:].replace(
        "<", "&lt;"
    ), comments


class _Cleaner(HTMLParser):
    def __init__(self, around: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._around = around
        self._out: list[str] = []
        self._open: list[tuple[str, bool]] = []  # (element, whether it was written)
        self._depth = 0  # of those written
        self._dropped: list[str] = []  # open elements from the outermost on that is dropped
        self._in_title = False
        self._found = Page()

    def page(self) -> Page:
        while self._open:
            self._end_last()
        self._found.html = "".join(self._out)
        self._found.title = " ".join(self._found.title.split())
        return self._found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, alone=tag in _VOID)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, alone=True)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if self._dropped:
            if tag in self._dropped:
                del self._dropped[len(self._dropped) - 1 - self._dropped[::-1].index(tag) :]
            return
        # Of overlapping elements the inner ones end, too; an end without a beginning is nothing.
        if any(name == tag for name, _ in self._open[-_MOST_OPEN:]):
            while self._end_last() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self._found.title += data
        elif not self._dropped:
            # Editors write spaces that do not break where they mean any space.
            self._out.append(escape(data.replace("\xa0", " "), quote=False))

    def _start(self, tag: str, attrs: list[tuple[str, str | None]], alone: bool) -> None:
        kept = {name: value or "" for name, value in attrs if name in _KEPT_ATTRIBUTES}
        self._note_head(tag, kept)
        if tag == "title":
            self._in_title = not alone
            return
        if self._dropped or tag in _DROPPED or tag in self._around:
            if not alone and tag not in _VOID and len(self._dropped) < _MOST_OPEN:
                self._dropped.append(tag)
            return
        self._end_what_it_ends(tag)
        if alone:
            self._write(tag, kept)
            if (
                tag not in _VOID or "-" in tag
            ):  # those of Evernote, which the parser after this one does not know
                self._out.append(f"</{tag}>")
            return
        written = self._depth < _DEEPEST and len(self._open) < _MOST_OPEN
        if written:
            self._write(tag, kept)
            self._depth += 1
        if len(self._open) < _MOST_OPEN:
            self._open.append((tag, written))

    def _write(self, tag: str, attributes: dict[str, str]) -> None:
        shown = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self._out.append(f"<{tag}{shown}>")

    def _end_what_it_ends(self, tag: str) -> None:
        if tag in _ENDS_PARAGRAPH and self._open and self._open[-1][0] == "p":
            self._end_last()
        ended, owners = _ENDS.get(tag, ((), ()))
        if not ended:
            return
        for place in range(len(self._open) - 1, -1, -1):
            name = self._open[place][0]
            if name in owners:
                break
            if name in ended:
                while len(self._open) > place:
                    self._end_last()

    def _end_last(self) -> str:
        tag, written = self._open.pop()
        if written:
            self._depth -= 1
            self._out.append(f"</{tag}>")
        return tag

    def _note_head(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "meta" and (name := attributes.get("name", "") or attributes.get("property", "")):
            self._found.meta.setdefault(name.lower(), attributes.get("content", ""))
        if tag == "link" and attributes.get("rel", "").lower() == "canonical":
            self._found.canonical = self._found.canonical or attributes.get("href", "")
