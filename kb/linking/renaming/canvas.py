"""References in JSON Canvas files: paths of cards, and links in cards of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kb.files.small import parse_json
from kb.notes.edit import Edit, apply_edits
from kb.notes.note import Span
from kb.notes.parse import parse_note
from kb.notes.relink import Relinker

_MEMBER = re.compile(r'"(?P<key>file|text|subpath)"[ \t\r\n]*:[ \t\r\n]*(?P<value>"(?:[^"\\]|\\.)*+")')


def canvas_changes(
    text: str, path_of_canvas: str, relinker: Relinker
) -> tuple[tuple[Edit, ...], tuple[int, ...]]:
    """Edits of the canvas at `path_of_canvas`, and the lines that must be changed by hand."""
    try:
        parse_json(text)
    except ValueError:
        return (), ()
    edits: dict[int, Edit] = {}
    left: list[int] = []
    card: re.Match[str] | None = None
    for match in _MEMBER.finditer(text):
        old = json.loads(match["value"])
        if match["key"] == "file":
            card, new = match, relinker.renames.path(old)
        elif match["key"] == "subpath":
            if card is None:
                continue
            file = json.loads(card["value"])
            path, new = relinker.part(file, old)
            _write(edits, left, text, card, file, path)
        else:
            changes = relinker.changes(parse_note(path_of_canvas, old))
            new = apply_edits(old, changes.edits)
            left += [_line(text, match)] if changes.left else []
        _write(edits, left, text, match, old, new)
    return tuple(edits[start] for start in sorted(edits)), tuple(left)


def _write(
    edits: dict[int, Edit], left: list[int], text: str, match: re.Match[str], old: str, new: str
) -> None:
    """Note the edit of a member's value, in place of an earlier one."""
    start, end = match.span("value")
    edits.pop(start, None)
    if new == old:
        return
    written = _as_written(match["value"], old, new)
    if written is None:
        left.append(_line(text, match))
    else:
        edits[start] = Edit(Span(start, end), written)


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
