"""Markdown links and images: `[text](destination)`, `[text][label]`, `[label][]` and `[label]`."""

from __future__ import annotations

import re

from kb.notes.grammar.definition import fold_label
from kb.notes.grammar.destination import Destination, read_link_tail, split_anchor
from kb.notes.grammar.scan import Opening, Scan
from kb.notes.note import Link, LinkKind, Span

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)*+)\]", re.DOTALL)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,31}:(?!:)")
_MAX_LABEL = 999


def open_bracket(scan: Scan, match: re.Match[str]) -> int:
    """A bracket waits for the one that closes it."""
    is_image = match[0][0] == "!"
    scan.openings.append(Opening(match.start(), match.end() - 1, is_image, len(scan.links), len(scan.tags)))
    return match.end()


def close_bracket(scan: Scan, match: re.Match[str]) -> int | None:
    """CommonMark's "look for link or image", which reads every bracket once."""
    if not scan.openings:
        return None
    opening = scan.openings.pop()
    active = opening.is_image or len(scan.openings) >= scan.inactive
    scan.inactive = min(scan.inactive, len(scan.openings))
    if not active:
        return None
    found = _destination(scan, opening, match.start())
    if found is None:
        return None
    destination, end = found
    link = _link(scan, opening, match.start(), destination, end)
    if link is None:
        return None
    # Tags and bare addresses in the text of a link are its text; pictures and links of the dialects stay.
    scan.links[opening.links :] = [
        one for one in scan.links[opening.links :] if one.kind != "url" or one.label
    ]
    del scan.tags[opening.tags :]
    scan.links.append(link)
    if not opening.is_image:
        scan.no_links_around()
    return end


def _destination(scan: Scan, opening: Opening, close: int) -> tuple[Destination, int] | None:
    text = scan.text
    following = text[close + 1] if close + 1 < scan.end else ""
    if following == "(" and (tail := read_link_tail(text, close + 1, scan.end)):
        return tail
    if not scan.definitions:
        return None
    end = close + 1
    label = text[opening.bracket + 1 : close] if close - opening.bracket <= _MAX_LABEL + 1 else "["
    if following == "[" and (given := _LABEL.match(text, close + 1, scan.end)):
        label, end = (given[1] or label), given.end()
        if len(label) > _MAX_LABEL:
            return None
    if not label.strip() or not _LABEL.fullmatch(f"[{label}]"):
        return None
    definition = scan.definitions.get(fold_label(label))
    return (definition.destination, end) if definition else None


def _link(scan: Scan, opening: Opening, close: int, destination: Destination, end: int) -> Link | None:
    target = destination.target
    # Logseq writes [label]([[page]]) and [label](((id))): the inner link is read for itself.
    if target.startswith(("[[", "((")):
        return None
    label = scan.source[opening.bracket + 1 : close]
    kind: LinkKind = "embed" if opening.is_image else "markdown"
    heading = block = None
    if _SCHEME.match(target) or target.startswith("//"):
        kind = "url"
    else:
        target, heading, block = split_path(target)
        if not target and not heading and not block:
            return None
    line = scan.lines.number_at(opening.start)
    span = Span(opening.start, end)
    return Link(kind, target, span, line, label or None, heading, block, written=destination.span)


def split_path(target: str) -> tuple[str, str | None, str | None]:
    """A destination as (path, heading, block)."""
    path, mark, anchor = target.partition("#")
    if not mark:
        return path, None, None
    return (path, None, anchor[1:] or None) if anchor.startswith("^") else (path, anchor or None, None)


def path_span(text: str, written: Span) -> Span:
    """The part of a written destination that is its path, without the anchor."""
    return Span(written.start, written.start + split_anchor(text[written.start : written.end]))
