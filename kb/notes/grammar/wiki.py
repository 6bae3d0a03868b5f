"""`[[target#heading|label]]`, `![[embed]]`, `#[[tag]]`, and Logseq's `((block))`."""

from __future__ import annotations

import re

from kb.notes.grammar.definition import fold_label
from kb.notes.grammar.scan import Scan
from kb.notes.note import Link, LinkKind, Span

_WIKI = re.compile(
    r"(?P<embed>!?)(?P<hash>\#?)\[\[(?P<target>[^\[\]\n\r|]*+)"
    r"(?:\|(?P<label>[^\[\]\n\r]*+(?:\[[^\[\]\n\r]*+\][^\[\]\n\r]*+)*+))?\]\]"
)
_BLOCK = re.compile(r"\(\(([0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[A-Za-z0-9_-]{6,40})\)\)")
_EMBED_MACRO = "{{embed "


def wiki(scan: Scan, match: re.Match[str]) -> int | None:
    """A wiki link of any kind; it wins over a Markdown link, as in Obsidian."""
    found = _WIKI.match(scan.text, match.start(), scan.end)
    if found is None:
        return None
    link = read_wiki(scan.source, found)
    if link is None:
        return found.end()
    start = found.start()
    line = scan.lines.number_at(start)
    kind: LinkKind = "wiki"
    if found["embed"] or scan.text.endswith(_EMBED_MACRO, max(scan.start, start - 8), start):
        kind = "embed"
    elif found["hash"]:
        kind = "tag"
    definition = scan.definitions.get(fold_label(found["target"])) if scan.definitions else None
    target, heading, block, written = link
    scan.links.append(
        Link(
            kind,
            target,
            Span(*found.span()),
            line,
            label=(found["label"] or "").strip() or None,
            heading=heading,
            block=block,
            definition=definition.destination.target if definition else None,
            written=written,
        )
    )
    if kind != "embed":
        scan.no_links_around()
    return found.end()


def match_wiki(text: str, start: int, end: int) -> re.Match[str] | None:
    """The wiki link that begins at `start`."""
    return _WIKI.match(text, start, end)


def read_wiki(source: str, found: re.Match[str]) -> tuple[str, str | None, str | None, Span] | None:
    """Name, heading, block and place of the target; None for a link to nothing."""
    start, end = found.span("target")
    raw = source[start:end]
    name, heading, block = split_target(raw)
    if not name and not heading and not block:
        return None
    # In a table the bar before the label is escaped, and the backslash is left over here.
    bare = raw.rstrip("\\").rstrip()
    lead = len(bare) - len(bare.lstrip())
    return name, heading, block, Span(start + lead, start + len(bare))


def block_reference(scan: Scan, match: re.Match[str]) -> int | None:
    """`((id))`, with an id of Logseq's or one as long."""
    found = _BLOCK.match(scan.text, match.start(), scan.end)
    if found is None:
        return match.start() + 1
    line = scan.lines.number_at(found.start())
    scan.links.append(
        Link("block", "", Span(*found.span()), line, block=found[1], written=Span(*found.span(1)))
    )
    return found.end()


def split_target(raw: str) -> tuple[str, str | None, str | None]:
    """`note#heading#sub` or `note#^block` as (name, heading, block)."""
    raw = raw.rstrip("\\").strip()
    name, mark, anchor = raw.partition("#")
    if not mark and "^" in raw:
        name, _, anchor = raw.partition("^")
        return name.strip(), None, anchor.strip() or None
    head, caret, block = anchor.rpartition("^")
    if caret and (not head or head.endswith("#")):
        return name.strip(), head.strip("# ") or None, block.strip() or None
    return name.strip(), anchor.strip("# ") or None, None
