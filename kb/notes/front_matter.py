"""YAML front matter: read safely, within limits, and never at the price of the note."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import yaml

from kb.notes.grammar.inline import read_inline
from kb.notes.note import Link, Problem, PropertyValue, Span
from kb.notes.placeholders import hide_placeholders, show_placeholders, shown_in
from kb.notes.source import Lines
from kb.notes.yaml_quotes import quote_around, without_escapes
from kb.notes.yaml_simple import read_simple
from kb.notes.yaml_values import load, property_value

# A person's front matter has tens of lines; the pure-Python loader needs about a second for 64 KB.
MAX_CHARACTERS = 65_536
_FENCE = re.compile(r"\ufeff?---[ \t]*(?:\r\n?|\n)")
_CLOSE = re.compile(r"(?:(?<=\n)|(?<=\r))(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|$)")
_KEY = re.compile(r"([^\s#:\-'\"\[{][^:\n\r]*+|'[^'\n\r]*+'|\"[^\"\n\r]*+\"):(?=\s|$)")
# A list, a mapping, quoted text or the head of a block; `[[a link]]` and `!x` are text all the same.
_SYNTAX = re.compile(r"[\[{\"'](?!\[)|[|>][-+0-9]*(?:\s|$)")
_QUOTED = re.compile(r"([\"'])(.*)\1$")
_LIST_ITEM = re.compile(r"^[ ]*+-(?:[ ]+|$)")
_COMMENT = re.compile(r"[ \t]*(?:#|$)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands between the fences; `end` is where the body begins."""

    end: int = 0
    properties: dict[str, PropertyValue] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_front_matter(text: str) -> FrontMatter:
    """The front matter at the very start of `text`; an empty value where there is none."""
    opening = _FENCE.match(text)
    if not opening:
        return FrontMatter()
    start = opening.end()
    closing = _CLOSE.search(text, start, min(len(text), start + MAX_CHARACTERS + 4))
    if closing is None:
        return FrontMatter()
    inner = text[start : closing.start()]
    if not inner.strip() and closing.start() == start:
        return FrontMatter(end=closing.end())
    if not _looks_like_yaml(inner):
        return FrontMatter()
    links = tuple(_links(text, start, closing.start()))
    properties, problems = _load(inner)
    return FrontMatter(closing.end(), properties, links, problems)


def _looks_like_yaml(inner: str) -> bool:
    """Tell front matter from text between two thematic breaks: some line is a key."""
    return (
        not inner.strip()
        or any(_KEY.match(line) for line in inner.splitlines())
        or inner.lstrip()[:1] in "{#"
    )


def _load(inner: str) -> tuple[dict[str, PropertyValue], tuple[Problem, ...]]:
    if (simple := read_simple(inner)) is not None:
        return simple, ()
    try:
        value = load(inner)
    except _UNREADABLE:
        return _by_entries(inner)
    if value is None:
        return {}, ()
    if not isinstance(value, dict):
        return {}, (Problem("Front matter is not a list of `key: value` lines.", 2),)
    return {str(key).strip(): property_value(item) for key, item in value.items()}, ()


def _by_entries(inner: str) -> tuple[dict[str, PropertyValue], tuple[Problem, ...]]:
    """Broken YAML entry by entry: a bad one costs itself alone."""
    found: dict[str, PropertyValue] = {}
    problems: list[Problem] = []
    for number, lines in top_entries(inner):
        if (simple := read_simple("\n".join(lines))) is not None:
            for name, known in simple.items():
                found.setdefault(name, known)
            continue
        # What a template leaves to be filled in only looks like a mapping.
        entry, masked = hide_placeholders(lines)
        try:
            value = load("\n".join(entry))
            if isinstance(value, dict):
                for key, item in value.items():
                    found.setdefault(show_placeholders(str(key).strip(), masked), shown_in(item, masked))
                continue
            reason = "not a `key: value` line" if value is not None and not masked else ""
        except _UNREADABLE as error:
            reason = _reason(error)
        if reason:
            _as_text(lines, found)
            problems.append(Problem(f"Front matter could not be read: {reason}.", number + 2))
    return found, tuple(problems)


def top_entries(inner: str) -> Iterator[tuple[int, list[str]]]:
    """(line, lines) of each top-level entry."""
    entry: list[str] = []
    first = 0
    for number, line in enumerate(inner.splitlines()):
        if entry and (_KEY.match(line) or not (line[:1] in " \t-#" or not line)):
            yield first, entry
            entry = []
        if not entry:
            first = number
        entry.append(line)
    if entry:
        yield first, entry


def _as_text(lines: list[str], found: dict[str, PropertyValue]) -> None:
    """Keep what can be kept of an entry that is not YAML."""
    key = _KEY.match(lines[0])
    if key is None:
        return
    name = key[1].strip("'\"").strip()
    written = lines[0][key.end() :].strip()
    if written:
        if (text := _plain_value(written)) is not None:
            found.setdefault(name, text)
        return
    items = [_LIST_ITEM.sub("", line, count=1).strip() for line in lines[1:] if not _COMMENT.match(line)]
    if all(_LIST_ITEM.match(line) or _COMMENT.match(line) for line in lines[1:]):
        values = [value for item in items if (value := _item_value(item)) is not None]
        if values:
            found.setdefault(name, tuple(values))


def _item_value(item: str) -> PropertyValue:
    try:
        return property_value(load(item))
    except _UNREADABLE:
        return _plain_value(item)


def _plain_value(written: str) -> str | None:
    """The text of a value that is not YAML; None where it is a broken list, mapping or quoted text."""
    if quoted := _QUOTED.match(written):
        return quoted[2]
    return None if _SYNTAX.match(written) else written


def _reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        return error.problem or error.context or "it is not valid YAML"
    return str(error)


_UNREADABLE = (yaml.YAMLError, ValueError, TypeError, OverflowError, AttributeError, RecursionError)


def _links(text: str, start: int, end: int) -> list[Link]:
    """Links in values, read as in the body; each is a relation named by the key it stands under."""
    if "[" not in text[start:end]:
        return []
    lines = Lines(text[:end])
    numbers = range(lines.line_at(start), len(lines))
    spans = [Span(lines.starts[number], lines.ends[number]) for number in numbers]
    found = read_inline(text, text, lines, spans, {}).links
    relations: dict[int, str] = {}
    relation = ""
    for number in numbers:
        if key := _KEY.match(lines.line(number)):
            relation = key[1].strip("'\"").strip()
        relations[number + 1] = relation
    return [
        replace(_as_meant(link, text, lines), kind="property", relation=relations[link.line])
        for link in found
        if link.kind in ("wiki", "embed", "markdown", "tag")
    ]


def _as_meant(link: Link, text: str, lines: Lines) -> Link:
    """A link without the escapes of the quoted value that it stands in."""
    written = text[link.span.start : link.span.end]
    if "''" not in written and "\\" not in written:
        return link
    start = lines.starts[link.line - 1]
    mark = quote_around(text[start : lines.ends[link.line - 1]], link.span.start - start)
    target, label, heading = (
        part and without_escapes(part, mark) for part in (link.target, link.label, link.heading)
    )
    return replace(link, target=target or "", label=label, heading=heading)
