"""Inline fields, Logseq's and Dataview's: `key:: value` on a line of its own, `[key:: value]` and `(key:: value)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kb.notes.note import Link, PropertyValue, Span

# A letter or an emoji, then whatever is no punctuation; marks that combine with letters are no `\w` for Python.
_KEY = (
    r"(?:[^\W\d_]|[\u2600-\u27bf\U0001f000-\U0001faff])"
    r"[^\x00-\x1f!\"#$%&'()*+,:;<=>?@\[\\\]^`{|}~\x7f\u00a1\u00ab\u00b7\u00bb\u00bf\u2000-\u200b\u200e-\u206f"
    r"\u2e00-\u2e7f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]{0,60}+"
)
_LINE = re.compile(
    rf"^(?P<lead>[ \t>]*+)(?P<item>[-*+][ \t]++)?(?P<stars>\*{{0,2}}+)(?P<key>{_KEY})(?P=stars)::"
    r"(?P<value>[ \t][^\r\n]*+)",
    re.MULTILINE,
)
_OPENING = re.compile(rf"(?P<mark>[\[(])(?P<key>{_KEY})::(?=[ \t])")
_MARKS = re.compile(r"[\[\]()\r\n]")
_BLANK = re.compile(r"\s*+")
_CLOSING = {"[": "]", "(": ")"}


@dataclass(frozen=True, slots=True)
class Field:
    """A key, and where it and its value stand."""

    key: str
    value: str
    span: Span
    is_of_page: bool  # False for a line's field that belongs to its list item


def find_fields(visible: str, text: str, start: int) -> tuple[Field, ...]:
    """The fields from `start` on; those in brackets belong to the page, wherever they stand."""
    found: list[Field] = []
    blank = _BLANK.match(visible, start)
    first = blank.end() if blank else start
    for match in _LINE.finditer(visible, start):
        if text[match.start("value")] not in " \t":
            continue  # code that is blanked out
        # The note's first item may be the page's own properties, as Logseq writes them.
        own = not match["lead"] and (not match["item"] or match.start() == first)
        value = text[match.start("value") : match.end()].strip()
        found.append(Field(match["key"].strip(), value, Span(*match.span()), own))
    found += _bracketed(visible, text, start)
    return tuple(found)


def _bracketed(visible: str, text: str, start: int) -> Iterable[Field]:
    for match in _OPENING.finditer(visible, start):
        end = _closing(visible, match)
        if end is not None and text[match.end()] in " \t":
            yield Field(
                match["key"].strip(), text[match.end() : end].strip(), Span(match.start(), end + 1), True
            )


def _closing(visible: str, opening: re.Match[str]) -> int | None:
    """Where the bracket closes, on the same line; those within are matched."""
    mark, level = opening["mark"], 0
    for match in _MARKS.finditer(visible, opening.end(), opening.end() + 2000):
        if match[0] in "\r\n":
            return None
        if match[0] == mark:
            level += 1
        elif match[0] == _CLOSING[mark]:
            if not level:
                return match.start()
            level -= 1
    return None


def page_properties(fields: Sequence[Field]) -> dict[str, PropertyValue]:
    """The properties that the fields give the page; a key given more than once has all its values."""
    found: dict[str, list[str]] = {}
    for field in fields:
        if field.is_of_page:
            values = found.setdefault(field.key, [])
            if field.value not in values:
                values.append(field.value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in found.items()}


def with_relations(links: Sequence[Link], fields: Sequence[Field]) -> list[Link]:
    """`links` in order; a wiki link in a field is a relation named by the field's key."""
    if not fields:
        return list(links)
    spans = sorted(fields, key=lambda field: (field.span.start, -field.span.end))
    found: list[Link] = []
    open_fields: list[Field] = []
    index = 0
    for link in links:
        while index < len(spans) and spans[index].span.start <= link.span.start:
            open_fields.append(spans[index])
            index += 1
        while open_fields and open_fields[-1].span.end < link.span.end:
            open_fields.pop()
        if open_fields and link.kind in ("wiki", "tag"):
            link = replace(link, kind="property", relation=open_fields[-1].key)
        found.append(link)
    return found
