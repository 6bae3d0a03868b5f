"""Where in a file that is no Markdown something stands: a page, a cell, a row, as links and people name it."""

from __future__ import annotations

import re
from bisect import bisect_right

from kb.notes.note import Note, Place, Span
from kb.notes.suffixes import is_markdown

WHOLE = "whole"  # the place of what stands in a file whose parts have no names, such as a web page
_ANCHOR = re.compile(r"(?:^|&)([a-z]+)=(\d{1,9})(?:-(\d{1,9}))?(?=&|$)")
_PARAMETER = re.compile(r"[a-z]+=")
_SHORT = {"page": "p."}
_CITATION = re.compile(r"(.{1,1000}\.\w{1,10}), (p\.|[a-z]{1,20}) (\d{1,9})")


def where(path: str, line: int, place: str = "") -> str:
    """Where something stands, as people read it: `Tea.md:12`, `Papers/x.pdf, p. 12`, `Data.csv, row 7`."""
    if not place:
        return f"{path}:{line}"
    name, _, number = place.partition("=")
    return f"{path}, {_SHORT.get(name, name)} {number}" if number else path


def link_target(path: str, place: str = "") -> str:
    """What a link to that place names: `Tea`, `Papers/x.pdf#page=12`."""
    return f"{path.removesuffix('.md')}#{place}" if "=" in place else path.removesuffix(".md")


def read_citation(words: str) -> tuple[str, str] | None:
    """File and place of `x.pdf#page=12` or, as answers cite it, `Papers/x.pdf, p. 12`; None for other words."""
    name, _, anchor = words.strip("[]").partition("#")
    if anchor and (found := read_anchor(anchor)):
        return name, f"{found[0]}={found[1]}"
    if match := _CITATION.fullmatch(words.strip()):
        kind = next((kind for kind, short in _SHORT.items() if short == match[2]), match[2])
        return match[1], f"{kind}={match[3]}"
    return None


def page_of(place: str) -> int | None:
    """The number of the page, for what stands on one."""
    name, _, number = place.partition("=")
    return int(number) if name == "page" and number else None


def read_anchor(anchor: str) -> tuple[str, int, int] | None:
    """`page=12` or `page=12-20` of a link, whatever else it says: the name, the first and the last number."""
    every = list(_ANCHOR.finditer(anchor))
    found = next((one for one in every if one[1] == "page"), every[0] if every else None)
    if found is None:
        return None
    first = int(found[2])
    return found[1], first, max(first, int(found[3] or first))


def is_place(path: str, places: tuple[tuple[str, int], ...], anchor: str) -> bool:
    """Whether the anchor of a link names a place that the file at `path` has, or only tells how to show it.

    `places` are those of its NoteNames. `height=400` is understood by programs that show files.
    """
    if is_markdown(path):
        return False
    wanted, counts = read_anchor(anchor), dict(places)
    if wanted is None or wanted[0] not in counts:
        return _PARAMETER.match(anchor) is not None
    return wanted[1] >= 1 and wanted[2] <= counts[wanted[0]]


def place_at(note: Note, offset: int) -> str:
    """The place that holds the character at `offset`; empty in a note whose lines are places enough."""
    if not note.places:
        return ""
    number = bisect_right(note.places, offset, key=lambda place: place.span.start) - 1
    return note.places[max(0, number)].anchor


def span_of(note: Note, anchor: str) -> Span | None:
    """The stretch of the text that the anchor of a link names; None where the file has no such place."""
    wanted = read_anchor(anchor)
    if wanted is None:
        return None
    name, first, last = wanted
    spans = [one.span for one in note.places if one.name == name and first <= one.number <= last]
    return Span(spans[0].start, spans[-1].end) if spans else None


def counts_of(places: tuple[Place, ...]) -> tuple[tuple[str, int], ...]:
    """Each kind of place with its highest number."""
    highest: dict[str, int] = {}
    for one in places:
        if one.number:
            highest[one.name] = max(one.number, highest.get(one.name, 0))
    return tuple(highest.items())
