"""A note as the reader's words, in which names are looked for: links read as their labels, and what no link may
touch is walled off.

A link and the bare words it shows read the same here. So whether a mention deserves a link is judged alike before
and after the link is made, and making links twice changes nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from kb.notes.note import Link, Note, Span
from kb.notes.resolve import LinkResolver
from kb.notes.shown import read_as
from kb.notes.source import blank_out

WALL = "\x00"  # no name reaches across it
_TAG = re.compile(r"</?[a-zA-Z][^<>]*+>|<[a-zA-Z][a-zA-Z0-9+.-]*+:[^<>\s]*+>")
_ELEMENT = re.compile(r"<(a|code|kbd|pre|samp|script|style|svg|textarea|var|h[1-6])\b[^<>]*+>", re.IGNORECASE)
_UNTOUCHED = re.compile(
    r"(?P<heading>(?<![^\r\n])[ \t>]*+(?:[-*+][ \t]++)?\#{1,6}[ \t][^\r\n]*+)"
    r"|(?P<property>(?<![^\r\n])[ \t>]*+(?:[-*+][ \t]++)?[^\W\d_][\w /.-]{0,60}+::[^\r\n]*+)"
    r"|(?P<field>[\[(][^\W\d_][\w -]{0,60}+::[^\[\]()\r\n]*+[\])])"
    r"|(?P<definition>(?<![^\r\n])[ \t>]*+\[[^\[\]\r\n]++\]:[^\r\n]*+)"
    r"|(?P<footnote>\[\^[^\[\]\s]++\])"
    r"|(?P<callout>\[![\w-]++\])"
    r"|(?P<block>\^[A-Za-z0-9-]++[ \t]*+(?![^\r\n]))"
    r"|(?P<macro>\{\{[^{}\r\n]*+\}\})"
    r"|(?P<template><%[^%\r\n]*+%>)"
    r"|(?P<bracket>\[[^\[\]\r\n]*+\]\([^()\r\n]*+\)|\[\[[^\[\]\r\n]*+\]\])"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.-]++)"
    r"|(?P<url>(?:https?://|www\.)[^\s<>]++)"
    r"|(?P<hash>\#[^\W\d][\w/-]*+)"
)


@dataclass(frozen=True, slots=True)
class Linked:
    """A link in the prose to another note, as it reads."""

    span: Span  # in the prose
    target: str  # path of the note it means
    heading: str | None
    link: Link


@dataclass(frozen=True, slots=True)
class Prose:
    """The text in which mentions are found, and the way back to the note."""

    path: str
    text: str
    links: tuple[Linked, ...]  # in order
    elsewhere: frozenset[str]  # notes linked from where no prose is: properties, headings, embeds
    _starts: tuple[int, ...]  # where each verbatim stretch begins here ...
    _sources: tuple[int, ...]  # ... and in the note

    def place(self, offset: int) -> int:
        """Where an offset of the note stands here."""
        index = max(0, bisect_right(self._sources, offset) - 1)
        following = self._starts[index + 1] if index + 1 < len(self._starts) else len(self.text)
        return max(0, min(self._starts[index] + offset - self._sources[index], following))

    def source(self, span: Span) -> Span:
        """Where a stretch that touches no link stands in the note."""
        index = bisect_right(self._starts, span.start) - 1
        shift = self._sources[index] - self._starts[index]
        return Span(span.start + shift, span.end + shift)


def read_prose(note: Note, resolver: LinkResolver) -> Prose:
    """The prose of `note`, its links resolved by `resolver`."""
    text = note.text
    found: list[tuple[Link, str]] = []
    walls = list(_untouched(note))
    elsewhere: set[str] = set()
    for link in note.links:
        target = resolver.resolve(link, note.path).path
        if link.kind in ("wiki", "markdown") and target and target != note.path:
            found.append((link, target))
        else:
            walls.append(link.span)
            if target and target != note.path:
                elsewhere.add(target)
    walled = blank_out(text, walls, WALL)
    parts: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    links: list[Linked] = []
    position = length = 0
    for link, target in found:
        start, end = link.span.start, link.span.end
        if start < position:
            continue
        if walled[start] == WALL:
            elsewhere.add(target)
            continue
        label = read_as(link)
        starts.append(length)
        sources.append(position)
        parts += walled[position:start], label
        length += start - position
        links.append(Linked(Span(length, length + len(label)), target, link.heading, link))
        length += len(label)
        position = end
    starts.append(length)
    sources.append(position)
    parts.append(walled[position:])
    return Prose(note.path, "".join(parts), tuple(links), frozenset(elsewhere), tuple(starts), tuple(sources))


def _untouched(note: Note) -> Iterator[Span]:
    """Everything but links that is no prose."""
    text = note.text
    yield Span(0, note.body.start)
    yield from note.code
    for section in note.sections:
        yield section.heading
    for block in note.blocks:
        if block.kind in ("html", "math", "code"):
            yield block.span
    for tag in note.tags:
        if tag.span:
            yield tag.span
    yield from note.hidden
    for definition in note.definitions:
        yield definition.span
    no_html = [span for span in note.hidden if text[span.start] != "<"]
    if "<" in text:
        yield from _html(blank_out(text, [*note.code, *no_html]))
    visible = blank_out(text, [*note.code, *note.hidden])
    linked = [link.span for link in note.links if link.kind in ("wiki", "markdown")]
    taken = {span.start for span in linked}
    for match in _UNTOUCHED.finditer(visible, note.body.start):
        # A link within a bracket's reach is read by the parser, which knows better.
        if match.lastgroup == "bracket" and match.start() in taken:
            continue
        yield Span(*match.span())


def _html(visible: str) -> Iterator[Span]:
    missing: set[str] = set()
    folded = visible.casefold() if visible.isascii() else visible
    reached = 0
    for match in _ELEMENT.finditer(visible):
        closing = f"</{match[1].lower()}"
        if closing in missing or match.start() < reached:
            continue
        end = folded.find(closing, match.end())
        if end < 0:
            missing.add(closing)
        else:
            yield Span(match.start(), end)
            reached = end
    for match in _TAG.finditer(visible):
        yield Span(*match.span())
