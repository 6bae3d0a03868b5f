"""What stands above an item of a list."""

from __future__ import annotations

from kb.plugin_api import plain_text
from kb_plugins.study.double_colon import parting
from kb_plugins.study.page import Line, Page

_MOST_PARENTS, _PARENT = 3, 80  # items above an item that are told as its place, and characters of one


def parents_of(page: Page, line: Line) -> tuple[str, ...]:
    """The items above `line` in its list, from the outermost."""
    if line.indent is None:
        return ()
    found: list[str] = []
    indent, place = line.indent, line.number - page.lines[0].number - 1
    while indent > 0 and place >= 0:
        above = page.lines[place]
        content = page.content(above)
        if content and above.indent is None and above.depth == 0:
            break
        if above.indent is not None and above.indent < indent:
            indent = above.indent
            text = " ".join(plain_text(page.text(above)).split()).rstrip(":")
            if text and len(text) <= _PARENT and parting(content, True) is None:
                found.insert(0, text)
        place -= 1
    return tuple(found[-_MOST_PARENTS:])
