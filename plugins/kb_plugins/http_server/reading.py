"""A note as a browser shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from typing_extensions import TypedDict

from kb.plugin_api import KnowledgeBase, safe_line
from kb_plugins.export.markdown import note_html, outside_link, web_address
from kb_plugins.export.page import text
from kb_plugins.serving.verbs import find_note, warning_in

if TYPE_CHECKING:
    from kb.plugin_api.editing import Link


class Place(TypedDict):
    """A note to go to."""

    path: str
    title: str


class ReadableNote(TypedDict):
    """A note as HTML: what is HTML in the note is text in it, and nothing in it is fetched or runs."""

    path: str
    title: str
    html: str
    links: list[Place]
    backlinks: list[Place]
    warning: str


def readable(base: KnowledgeBase, name: str, line: int) -> ReadableNote:
    """The note called `name`; the element of the id `cited` stands at `line`. Raises UsageError where there is none."""
    path = find_note(base, name)
    note, found = base.note(path), base.links.of(path)
    titles = base.links.graph().titles
    known = {(link.target, link.line): link.resolved for link in base.catalog.links_from(path)}

    def show(link: Link, label: str) -> str:
        if to := web_address(link.target):
            return outside_link(to, label)
        target = known.get((link.target, link.line)) if link.target else path
        if not target:
            return f'<span class="missing">{label}</span>'
        return f'<a href="#/note?{text(urlencode({"note": target}))}">{label}</a>'

    def places(paths: list[str]) -> list[Place]:
        return [{"path": one, "title": safe_line(titles.get(one, one))} for one in dict.fromkeys(paths)]

    return {
        "path": path,
        "title": safe_line(note.title),
        "html": note_html(note, show, line),
        "links": places([link.resolved for link in found.out if link.resolved]),
        "backlinks": places([link.source for link in found.back]),
        "warning": warning_in(note, 1, note.text.count("\n") + 1),
    }
