"""Joins the front matter of two notes: what one lacks comes from the other, lists of tags and aliases become one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.notes.edit import Edit
from kb.notes.front_matter import top_entries
from kb.notes.marks import texts_of
from kb.notes.note import Note, PropertyValue, Span

# Properties whose values are all kept, by what they are.
LISTS = {"tags": "tags", "tag": "tags", "aliases": "aliases", "alias": "aliases"}
_FENCE = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_FLOW = re.compile(r"[^\[\]\r\n]*\[.*\][ \t]*$")
_PLAIN = re.compile(r"[^\W\d_][\w /.-]*")
_LINKED = re.compile(r"\[\[|\]\(")


@dataclass(frozen=True, slots=True)
class Joined:
    """What the front matter of `into` becomes, and what of the other note's cannot be in it."""

    edits: tuple[Edit, ...]  # in the text of `into`
    rest: tuple[str, ...]  # lines


def join_front_matter(note: Note, into: Note, newline: str) -> Joined:
    """The front matter of `note` in that of `into`, whose values stand where both have one."""
    theirs = dict(_entries(into))
    added: list[str] = []
    edits: list[Edit] = []
    rest: list[str] = []
    values = {key.casefold(): value for key, value in into.properties.items()}
    own = {key.casefold(): value for key, value in note.properties.items()}
    for key, (_, lines) in _entries(note):
        if key in LISTS:
            name = next((one for one in theirs if LISTS.get(one) == LISTS[key]), None)
            if name is None:
                added += lines
            elif edit := _united(name, theirs[name], values.get(name), own.get(key), newline):
                edits.append(edit)
        elif key not in values:
            added += lines
        elif own.get(key) != values[key]:
            rest += lines
    if added and (end := _closing(into)):
        edits.append(Edit(Span(end, end), newline.join([*added, ""])))
    elif added:
        edits.append(Edit(Span(0, 0), newline.join(["---", *added, "---", ""])))
    return Joined(tuple(edits), tuple(rest))


def kept_in_text(lines: tuple[str, ...]) -> list[str]:
    """Entries of front matter as lines of a body: those with links as fields, so that they stay links."""
    linked = [line for line in lines if _LINKED.search(line)]
    fields, code = [], []
    for line in lines:
        key, colon, value = line.partition(":")
        if line in linked and colon and value.strip() and not line[:1].isspace():
            fields.append(f"{key.strip()}:: " + value.strip().strip("\"'"))
        elif line in linked:
            fields.append("- " + line.strip().lstrip("- ").strip("\"'"))
        else:
            code.append(line)
    gap = [""] if fields and code else []
    return [*fields, *gap, *(["```yaml", *code, "```"] if code else [])]


def _entries(note: Note) -> Iterator[tuple[str, tuple[Span, list[str]]]]:
    """(key, folded) with the place and the lines of each entry."""
    opening = _FENCE.match(note.text)
    if opening is None or not (end := _closing(note)):
        return
    inner = note.text[opening.end() : end]
    starts = [opening.end()]
    for line in inner.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for number, lines in top_entries(inner):
        key, colon, _ = lines[0].partition(":")
        if colon:
            while lines and not lines[-1].strip():
                lines.pop()
            start = starts[number]
            end = starts[number + len(lines) - 1] + len(lines[-1])
            yield key.strip("\"' ").casefold(), (Span(start, end), lines)


def _closing(note: Note) -> int:
    """Where the fence at the end of the front matter stands; 0 where there is none."""
    if not note.body.start:
        return 0
    return max(note.text.rfind(mark, 3, note.body.start) for mark in ("---", "..."))


def _united(
    key: str, entry: tuple[Span, list[str]], value: PropertyValue, more: PropertyValue, newline: str
) -> Edit | None:
    """The list with what the other one has more; in brackets where it was."""
    span, lines = entry
    split = re.compile(r"[\s,#]+") if LISTS[key] == "tags" else re.compile(r",")
    ours, theirs = (
        [part.strip() for text in texts_of(one) for part in split.split(text) if part.strip()]
        for one in (value, more)
    )
    known = {one.casefold() for one in ours}
    new = [one for one in dict.fromkeys(theirs) if one.casefold() not in known]
    if not new:
        return None
    items = [
        one if _PLAIN.fullmatch(one) else json.dumps(one, ensure_ascii=False, allow_nan=False)
        for one in (*ours, *new)
    ]
    name = lines[0].partition(":")[0]
    if len(lines) == 1 and _FLOW.match(lines[0]):
        return Edit(span, f"{name}: [{', '.join(items)}]")
    return Edit(span, newline.join([f"{name}:", *(f"  - {item}" for item in items)]))
