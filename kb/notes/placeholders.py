"""What a template leaves to be filled in, such as `{{title}}`: text, though YAML takes it for a mapping."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.notes.note import PropertyValue
from kb.notes.yaml_values import property_value

_PLACEHOLDER = re.compile(r"\{\{[^{}\n]*+\}\}|\{%[^{}%\n]*+%\}|<%[^%\n]*+%>")
_MARK = "\ue000"  # of the private use area, which YAML takes for a letter
_HIDDEN = re.compile(rf"{_MARK}(\d+){_MARK}")


def hide_placeholders(lines: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """`lines` with a word in place of each placeholder, and what those words stand for."""
    found: list[str] = []

    def hide(match: re.Match[str]) -> str:
        found.append(match[0])
        return f"{_MARK}{len(found) - 1}{_MARK}"

    if any(_MARK in line for line in lines):
        return list(lines), ()
    return [_PLACEHOLDER.sub(hide, line) for line in lines], tuple(found)


def show_placeholders(text: str, hidden: Sequence[str]) -> str:
    """`text` with the placeholders again."""
    return _HIDDEN.sub(lambda match: hidden[int(match[1])], text) if hidden else text


def shown_in(item: object, hidden: Sequence[str]) -> PropertyValue:
    """A loaded value as a property holds it, with its placeholders."""
    return _shown(property_value(item), hidden)


def _shown(value: PropertyValue, hidden: Sequence[str]) -> PropertyValue:
    if isinstance(value, tuple):
        return tuple(_shown(one, hidden) for one in value)
    return show_placeholders(value, hidden) if isinstance(value, str) else value
