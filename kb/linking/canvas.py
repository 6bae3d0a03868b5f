"""References in JSON Canvas files: paths of cards, and links in cards of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kb.notes.edit import Edit, apply_edits
from kb.notes.note import Link, Span
from kb.notes.parse import parse_note
from kb.notes.relink import Relinker

_MEMBER = re.compile(r'"(?P<key>file|text|subpath)"[ \t\r\n]*:[ \t\r\n]*(?P<value>"(?:[^"\\]|\\.)*+")')


def canvas_changes(text: str, path: str, relinker: Relinker) -> tuple[tuple[Edit, ...], tuple[int, ...]]:
    """Edits of the canvas at `path`, and the lines that must be changed by hand."""
    try:
        json.loads(text)
    except ValueError:
        return (), ()
    edits: list[Edit] = []
    left: list[int] = []
    file = ""
    for match in _MEMBER.finditer(text):
        old = json.loads(match["value"])
        if match["key"] == "file":
            file, new = old, relinker.renames.path(old)
        elif match["key"] == "subpath":
            new = _subpath(old, file, relinker)
        else:
            changes = relinker.changes(parse_note(path, old))
            new = apply_edits(old, changes.edits)
            left += [_line(text, match)] if changes.left else []
        if new == old:
            continue
        written = _as_written(match["value"], old, new)
        if written is None:
            left.append(_line(text, match))
        else:
            edits.append(Edit(Span(*match.span("value")), written))
    return tuple(edits), tuple(left)


def _subpath(old: str, file: str, relinker: Relinker) -> str:
    """`#Heading` or `#^block` of the card's file."""
    block = old.removeprefix("#^") if old.startswith("#^") else None
    if block is not None:
        return f"#^{relinker.renames.blocks.get((file, block.casefold()), block)}"
    link = Link("wiki", file, Span(0, 0), 1, heading=old.lstrip("#"))
    new = relinker.new_anchor(link, file)
    return f"#{new}" if new else old


def _as_written(raw: str, old: str, new: str) -> str | None:
    """`new` as a JSON string in the spelling of `raw`; None when that cannot be told."""
    for spelling in _spellings():
        if spelling.encode(old) == raw:
            return spelling.encode(new)
    return None


def _spellings() -> Iterator[json.JSONEncoder]:
    yield json.JSONEncoder(ensure_ascii=False)
    yield json.JSONEncoder(ensure_ascii=True)


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1
