"""Small marks in the body: tags, tasks, block ids and `key:: value` properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kb.notes.note import Link, PropertyValue, Span, Tag, Task
from kb.notes.plain import plain_text
from kb.notes.source import Lines

# Obsidian: letters of any script, digits, _, - and /, with one character at least that is no digit.
_TAG = re.compile(
    r"(?<![^\s(,;>*|'\"\[{])#(?=[^\s#]*?[^\W\d]|[^\s#]{0,80}[-/])([\w/\-\U0001F300-\U0001FAFF‍️]++)"
)
_TASK = re.compile(
    r"^(?P<indent>[ \t>]*+(?:[-*+]|\d{1,9}[.)])[ \t]++)"
    r"(?:\[(?P<state>[^\[\]\r\n])\][ \t]++|(?P<word>TODO|DOING|DONE|LATER|NOW|WAITING|CANCELED|CANCELLED)[ \t]++)"
    r"(?P<text>[^\r\n]*+)",
    re.MULTILINE,
)
_WORD_STATES = {"DONE": "x", "DOING": "/", "NOW": "/", "CANCELED": "-", "CANCELLED": "-"}
_BLOCK_ID = re.compile(r"(?:^|(?<=[ \t]))\^([A-Za-z0-9-]++)[ \t]*+$", re.MULTILINE)
_LOGSEQ_ID = re.compile(r"^[ \t]*+(?:[-*+][ \t]++)?id::[ \t]++([A-Za-z0-9_-]++)[ \t]*+$", re.MULTILINE)
_PROPERTY = re.compile(
    r"^(?:[-*+][ \t]++)?(?P<key>[^\W\d_][\w /.-]{0,60}+)::[ \t]++(?P<value>[^\r\n]*+)", re.MULTILINE
)
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")


def find_tags(visible: str, lines: Lines, links: Iterable[Link], start: int) -> list[Tag]:
    """`#tag` and Logseq's `#[[a tag]]`; none inside links, whose anchors look alike."""
    if "#" not in visible:
        return []
    spans = sorted((link.span.start, link.span.end) for link in links if link.kind != "tag")
    found: list[Tag] = []
    index, reached = 0, 0
    for match in _TAG.finditer(visible, start):
        while index < len(spans) and spans[index][0] <= match.start():
            reached = max(reached, spans[index][1])
            index += 1
        name = match[1].strip("/-") if match.start() >= reached else ""
        if name and not name.isdigit():
            end = match.start(1) + len(match[1].rstrip("/-"))
            found.append(Tag(name, Span(match.start(), end), lines.number_at(match.start())))
    found.extend(
        Tag(link.target, link.span, link.line) for link in links if link.kind == "tag" and link.target
    )
    return found


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


def find_properties(visible: str, text: str, start: int) -> dict[str, PropertyValue]:
    """Logseq's and Dataview's `key:: value` lines of the page itself; those of nested items are the items'."""
    if "::" not in visible:
        return {}
    found: dict[str, PropertyValue] = {}
    for match in _PROPERTY.finditer(visible, start):
        key = match["key"].strip()
        if match[0][0] in "-*+" and visible[start : match.start()].strip():
            continue
        found.setdefault(key, text[match.start("value") : match.end()].strip())
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


def first_value(properties: Mapping[str, PropertyValue], *keys: str) -> PropertyValue:
    """The value of the first of `keys` that is there, whatever its case."""
    folded = {key.casefold(): value for key, value in properties.items()}
    for key in keys:
        if (value := folded.get(key)) is not None:
            return value
    return None
