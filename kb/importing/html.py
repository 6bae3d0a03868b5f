"""HTML to Markdown, with links and pictures left open. markdownify does it: it keeps tables, nested lists and code."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import unquote_to_bytes, urljoin

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from kb.importing.html_clean import Page, clean_html
from kb.importing.html_marks import attribute, mark_boxes, mark_powers, mark_styles, put, put_code, take_code
from kb.importing.imported_note import Attachment, Body
from kb.importing.tree import Tree

_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w=.+-]+)*?)(;base64)?,", re.IGNORECASE)
_SAFE_LINK = re.compile(r"(?:https?|mailto|tel|ftp|obsidian|zotero|file):", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][\w+.-]*:")
_MOST_CONTENT = 0.4  # share of a page's text that its main part has at least
_BEGINS_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_WITHIN_WORD = re.compile(r"(?<=\w)\\_(?=\w)")
_BLANK_LINES = re.compile(r"\n{3,}")
_CHECKED = re.compile(r"^([ \t]*)(?:[-*+] )?\[(x| )\][ \t\n]*(?=\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Links:
    """How the links of a note are read; each returns what stands in the text, None for "as usual"."""

    link: Callable[[str, str], str | None]  # (address, text)
    picture: Callable[[str, str], str | None]  # (address, alternative text)
    base: str = ""  # the address of the page, by which its relative ones are completed


def markdown_of(page: Page, body: Body, tree: Tree, links: Links) -> str:
    """The text of a page."""
    soup = BeautifulSoup(page.html, "html.parser")
    for picture in soup.find_all("img"):
        put(picture, _picture(picture, body, tree, links))
    for played in soup.find_all(["video", "audio"]):
        put(played, _played(played, body, tree, links))
    for media in soup.find_all("en-media"):
        put(media, links.picture(f"en-media:{media.get('hash', '')}", attribute(media, "alt")) or "")
    for secret in soup.find_all("en-crypt"):
        put(secret, "(encrypted in Evernote)")
    mark_boxes(soup)
    blocks = take_code(soup)
    mark_styles(soup)
    mark_powers(soup)
    for link in soup.find_all("a"):
        _link(link, links)
    text = _Converter(
        heading_style="ATX",
        bullets="-",
        escape_misc=False,
        table_infer_header=True,
    ).convert_soup(soup)
    text = _CHECKED.sub(r"\1- [\2] ", re.sub(r"\\\[(x| )\\\]", r"[\1]", text))
    lines = (line.rstrip() if not line.endswith("  ") else line.rstrip() + "  " for line in text.split("\n"))
    return put_code(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip(), blocks)


def main_part(page: Page) -> Page:
    """A page of the web without what stands around its article, where that can be told."""
    soup = BeautifulSoup(page.html, "html.parser")
    whole = len(soup.get_text(" ", strip=True))
    for choice in ("article", "main", "[role=main]"):
        found = soup.select(choice)
        if len(found) == 1 and len(found[0].get_text(" ", strip=True)) >= _MOST_CONTENT * whole:
            return Page(str(found[0]), page.title, page.meta, page.canonical, page.comments)
    return page


def first_line(page: Page) -> str:
    """The first heading of a page, else its first line."""
    soup = BeautifulSoup(page.html, "html.parser")
    heading = soup.find(["h1", "h2"])
    text = heading.get_text(" ", strip=True) if heading else ""
    lines = soup.get_text("\n", strip=True).splitlines()
    return " ".join((text or (lines[0] if lines else "")).split())


class _Converter(MarkdownConverter):
    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Text that stays text: signs that would begin a tag, too; an underscore within a word means nothing."""
        escaped = str(super().escape(text, parent_tags))  # type: ignore[misc]
        return _BEGINS_TAG.sub(r"\\<", _WITHIN_WORD.sub("_", escaped))

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A line of its own; Evernote and Apple Notes write each line so."""
        if "_inline" in parent_tags or not text.strip():
            return " " if "_inline" in parent_tags else "\n"
        around = (
            "\n\n" if any(isinstance(child, Tag) and child.name in _BLOCKS for child in el.children) else "\n"
        )
        return f"{around}{text.strip(chr(10))}{around}"

    convert_summary = convert_div

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A cell, in which a bar is no border."""
        return str(super().convert_td(el, text.replace("|", "\\|"), parent_tags))  # type: ignore[misc]

    def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """The same in the first row."""
        return str(super().convert_th(el, text.replace("|", "\\|"), parent_tags))  # type: ignore[misc]

    def convert_mark(self, _el: Tag, text: str, _parent_tags: set[str]) -> str:
        return f"=={text}==" if text.strip() else text


_BLOCKS = frozenset("div p ul ol table pre blockquote h1 h2 h3 h4 h5 h6 hr section article".split())


def _picture(tag: Tag, body: Body, tree: Tree, links: Links) -> str:
    address = attribute(tag, "src") or attribute(tag, "data-src")
    return _shown(address, " ".join(attribute(tag, "alt").split()), "!", body, tree, links)


def _played(tag: Tag, body: Body, tree: Tree, links: Links) -> str:
    """A film or sound."""
    source = tag.find("source")
    address = attribute(tag, "src") or (attribute(source, "src") if isinstance(source, Tag) else "")
    return _shown(address, "", "", body, tree, links)


def _shown(address: str, label: str, mark: str, body: Body, tree: Tree, links: Links) -> str:
    """A file that the page shows, or where it lies on the web, with `mark` before the link; else its label."""
    if address.startswith("data:"):
        file = data_file(address, tree)
        return body.file(file, label) if file else ""
    found = links.picture(address, label)
    if found is not None:
        return found
    address = _completed(address, links.base)
    if not address.startswith(("http://", "https://")):
        return label
    if not mark:
        label = address.partition("?")[0].rpartition("/")[2] or address
    return f"{mark}[{_label(label)}]({_address(address)})"


def _link(tag: Tag, links: Links) -> None:
    address, text = attribute(tag, "href").strip(), " ".join(tag.get_text(" ").split())
    found = links.link(address, text) if address else None
    if found is not None:
        tag.replace_with(found)
    elif _SAFE_LINK.match(completed := _completed(address, links.base)):
        tag["href"] = completed
        for said in tag.find_all(string=re.compile(r"[\[\]]")):
            # "[1]", as notes at the foot of a page are called, would make the link one to a note "1".
            if said.find_parent("code") is None:
                said.replace_with(re.sub(r"[\[\]]", r"\\\g<0>", said))
    else:
        tag.unwrap()  # a script, or a place in the page


def _completed(address: str, base: str) -> str:
    """`address` as it stands, or from `base` on where it is relative; a place in the page stays one."""
    if not base or not address or address.startswith("#") or _SCHEME.match(address):
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _label(text: str) -> str:
    return text.replace("[", "(").replace("]", ")")


def _address(address: str) -> str:
    return address.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("\n", "")


def data_file(address: str, tree: Tree) -> Attachment | None:
    """The file that an address holds itself; None for a damaged one."""
    match = _DATA_URI.match(address)
    if match is None:
        return None
    try:
        written = address[match.end() :]
        data = (
            base64.b64decode("".join(written.split()), validate=False)
            if match[3]
            else unquote_to_bytes(written)
        )
    except (binascii.Error, ValueError):
        return None
    key = blake2b(data, digest_size=8).hexdigest()
    ending = mimetypes.guess_extension((match[1] or "").lower()) or ".bin"
    return Attachment(f"data:{key}", f"picture-{key}{ending}", tree.keep(data)) if data else None


def is_local(address: str) -> bool:
    """Whether an address names a file beside the page."""
    return bool(address) and not _SCHEME.match(address) and not address.startswith(("#", "/", "?"))


def read_page(text: str, *, web: bool = False) -> Page:
    """HTML made ready; see `clean_html`."""
    page = clean_html(text, web=web)
    return main_part(page) if web else page
