"""Small marks in the body, tasks and block ids, and what values of properties mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kb.notes.note import PropertyValue, Span, Task
from kb.notes.plain import plain_text
from kb.notes.source import Lines

_TASK = re.compile(
    r"^(?P<indent>[ \t>]*+(?:[-*+]|\d{1,9}[.)])[ \t]++)"
    r"(?:\[(?P<state>[^\[\]\r\n])\][ \t]++|(?P<word>TODO|DOING|DONE|LATER|NOW|WAITING|CANCELED|CANCELLED)[ \t]++)"
    r"(?P<text>[^\r\n]*+)",
    re.MULTILINE,
)
_WORD_STATES = {"DONE": "x", "DOING": "/", "NOW": "/", "CANCELED": "-", "CANCELLED": "-"}
_BLOCK_ID = re.compile(r"(?:^|(?<=[ \t]))\^([A-Za-z0-9-]++)[ \t]*+$", re.MULTILINE)
_LOGSEQ_ID = re.compile(r"^[ \t]*+(?:[-*+][ \t]++)?id::[ \t]++([A-Za-z0-9_-]++)[ \t]*+$", re.MULTILINE)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")


def find_tasks(text: str, visible: str, lines: Lines, start: int) -> tuple[Task, ...]:
    """Checkbox items of any state, and Logseq's and Org's words TODO, DONE ..."""
    tasks = []
    for match in _TASK.finditer(visible, start):
        state = match["state"] or _WORD_STATES.get(match["word"], " ")
        begin, end = match.start() + len(match["indent"]), match.end()
        stripped = begin - (len(match["indent"]) - len(match["indent"].lstrip(" \t>")))
        shown = plain_text(text[match.start("text") : end])
        tasks.append(Task(state, shown, Span(stripped, end), lines.number_at(stripped)))
    return tuple(tasks)


def find_block_ids(visible: str, lines: Lines, start: int) -> dict[str, Span]:
    """Obsidian's `^id` at a block's end and Logseq's `id:: uuid`, each with the block it names."""
    matches: list[re.Match[str]] = []
    if "^" in visible:
        matches.extend(_BLOCK_ID.finditer(visible, start))
    if "id::" in visible:
        matches.extend(_LOGSEQ_ID.finditer(visible, start))
    if not matches:
        return {}
    first_lines = _first_lines(lines, lines.line_at(start))
    found: dict[str, Span] = {}
    for match in matches:
        number = lines.line_at(match.start(1))
        alone = lines.line(number).strip().startswith("^")
        # An id on a line of its own names the block above the blank line.
        before = number - 1 if alone and number and lines.is_blank(number - 1) else number
        found.setdefault(match[1], lines.span(first_lines.get(before, number), number + 1))
    return found


def _first_lines(lines: Lines, floor: int) -> dict[int, int]:
    """For each line the one on which its paragraph or list item begins; blank lines belong to what is above."""
    found: dict[int, int] = {}
    first = floor
    after_blank = True
    for number in range(floor, len(lines)):
        line = lines.line(number)
        if not line.strip():
            after_blank = True
        elif after_blank or _ITEM.match(line):
            first, after_blank = number, False
        found[number] = first
    return found


def list_values(value: PropertyValue) -> tuple[str, ...]:
    """A property meant as a list (aliases, tags): a YAML list, or text with commas."""
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, tuple):
        return tuple(text for item in value for text in _one(item))
    return tuple(text for part in str(value).split(",") for text in _one(part))


def _one(value: PropertyValue) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return list_values(value)
    text = str(value).strip() if value is not None else ""
    if text.startswith("[[") and text.endswith("]]"):
        text = text[2:-2].strip()
    return (text,) if text else ()


def texts_of(value: PropertyValue) -> tuple[str, ...]:
    """The texts in a value, however lists are nested in it."""
    if isinstance(value, tuple):
        return tuple(text for item in value for text in texts_of(item))
    return () if value is None or isinstance(value, bool) else (str(value),)


def first_value(properties: Mapping[str, PropertyValue], *keys: str) -> PropertyValue:
    """The value of the first of `keys` that is there, whatever its case."""
    folded = {key.casefold(): value for key, value in properties.items()}
    for key in keys:
        if (value := folded.get(key)) is not None:
            return value
    return None
