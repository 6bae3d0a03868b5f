"""What programs write in HTML in their own ways, made plain before it is converted: checkboxes, code, bold by style."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from kb.importing.chats import fenced

# A block of code stands as its number between these until all else is converted.
_OPEN, _CLOSE = "\ue0f2", "\ue0f3"
_PLACE = re.compile(f"^([ \\t>]*+)(-[ ])?{_OPEN}(\\d{{1,9}}){_CLOSE}[ \\t]*$", re.MULTILINE)
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight-source)-([\w+#-]+)")
_EVERNOTE_LANGUAGE = re.compile(r"--en-(?:codeblock|syntax)language:([\w+#-]+)", re.IGNORECASE)
_PLAIN = ("plaintext", "text", "none", "auto")
_BOLD = re.compile(r"font-weight:(?:bold|[6-9]00)")
_ITALIC = re.compile(r"font-style:italic")
_STRUCK = re.compile(r"text-decoration(?:-line)?:[\w ]*line-through")


def attribute(tag: Tag, name: str) -> str:
    """An attribute as text; empty where there is none."""
    value: Any = tag.get(name, "")
    return " ".join(value) if isinstance(value, list) else str(value or "")


def put(tag: Tag, text: str) -> None:
    """Let `text` stand in place of an element."""
    if text:
        tag.replace_with(text)
    else:
        tag.decompose()


def take_code(soup: BeautifulSoup) -> list[str]:
    """Take blocks of code out, and return them, fenced; `put_code` puts them back."""
    blocks: list[str] = []
    for tag in soup.find_all(_is_code):
        if tag.find_parent(_is_code) is not None:
            continue
        language = _language(tag)
        for line_end in tag.find_all("br"):
            alone = (
                isinstance(line_end.parent, Tag)
                and line_end.parent is not tag
                and not line_end.parent.get_text()
            )
            line_end.replace_with("" if alone else "\n")
        for line in tag.find_all(["div", "p"]):
            line.append("\n")
        blocks.append(fenced(tag.get_text(), language))
        place = soup.new_tag("p")
        place.string = f"{_OPEN}{len(blocks) - 1}{_CLOSE}"
        tag.replace_with(place)
    return blocks


def put_code(text: str, blocks: list[str]) -> str:
    """`text` with the blocks of code in their places, set in as these are."""

    def written(match: re.Match[str]) -> str:
        indent, item, number = match[1], match[2] or "", int(match[3])
        lines = blocks[number].split("\n") if number < len(blocks) else []
        below = indent + " " * len(item)
        return (
            "\n".join([f"{indent}{item}{lines[0]}", *(f"{below}{line}".rstrip() for line in lines[1:])])
            if lines
            else ""
        )

    text = _PLACE.sub(written, text)
    # One within a line, as in the cell of a table.
    return re.sub(
        f"{_OPEN}(\\d{{1,9}}){_CLOSE}", lambda match: " ".join(blocks[int(match[1])].split("\n")[1:-1]), text
    )


def mark_boxes(soup: BeautifulSoup) -> None:
    """Checkboxes of Evernote, Apple Notes and of forms as `[ ]` and `[x]`."""
    for todo in soup.find_all("en-todo"):
        put(todo, _box(attribute(todo, "checked").lower() == "true"))
    for item in soup.find_all("li"):
        style = attribute(item, "style").replace(" ", "")
        if "--en-checked:" in style:
            item.insert(0, _box("--en-checked:true" in style))
    for box in soup.find_all("input"):
        put(box, _box(box.has_attr("checked")) if attribute(box, "type").lower() == "checkbox" else "")


def mark_styles(soup: BeautifulSoup) -> None:
    """Words that are bold, slanted or struck out by style are so by element; headings are bold anyway."""
    for span in soup.find_all("span"):
        style = attribute(span, "style").replace(" ", "").lower()
        if (
            not style
            or not span.get_text(strip=True)
            or span.find_parent(["h1", "h2", "h3", "h4", "h5", "h6", "b", "strong"])
        ):
            continue
        for pattern, name in ((_STRUCK, "del"), (_ITALIC, "em"), (_BOLD, "strong")):
            if pattern.search(style) and span.find(name) is None:
                inner = soup.new_tag(name)
                for child in list(span.children):
                    inner.append(child.extract() if isinstance(child, Tag | NavigableString) else child)
                span.append(inner)


def mark_powers(soup: BeautifulSoup) -> None:
    """`10^6` for a raised number behind a digit, which would else be 106."""
    for raised in soup.find_all("sup"):
        before = raised.previous_sibling
        is_number = re.fullmatch(r"[-−+]?\d+", raised.get_text(strip=True))
        if is_number and isinstance(before, NavigableString) and before[-1:].isdecimal():
            raised.insert(0, "^")


def _box(checked: bool) -> str:
    return "[x] " if checked else "[ ] "


def _is_code(tag: Tag) -> bool:
    return tag.name == "pre" or (
        tag.name == "div" and "codeblock:true" in attribute(tag, "style").replace(" ", "")
    )


def _language(tag: Tag) -> str:
    if match := _EVERNOTE_LANGUAGE.search(attribute(tag, "style").replace(" ", "")):
        return "" if match[1].lower() in _PLAIN else match[1]
    for one in (tag, tag.find("code")):
        if isinstance(one, Tag) and (match := _LANGUAGE.search(attribute(one, "class"))):
            return match[1]
    return ""
