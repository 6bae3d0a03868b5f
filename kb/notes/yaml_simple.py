"""The plainest front matter, read in a tenth of the time that YAML takes: keys with one value or a list of them, on lines.

What is read here is read as `yaml_values` reads it; all else is left to it.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from kb.notes.note import PropertyValue

_KEY = re.compile(r"([^\W\d_][\w -]{0,100}+):(?:[ ]++|$)")
_ITEM = re.compile(r"([ ]*+)-[ ]++(?=[^ ])")
# A plain value begins with a letter or digit; a colon in it stands before a letter or sign.
_PLAIN = re.compile(r"[^\W_](?:[^:#]|:(?=[^ ]))*+")
_QUOTED = re.compile(r"\"([^\"\\]*+)\"[ ]*+|'([^']*+)'[ ]*+")
_FLOW = re.compile(r"\[([^\[\]{}:#\"'?&*!|>%@`\\]*+)\][ ]*+")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = frozenset({"null", "Null", "NULL"})
_INT = re.compile(r"0|[1-9][0-9]{0,17}")
_FLOAT = re.compile(r"(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?")


def read_simple(inner: str) -> dict[str, PropertyValue] | None:
    """The properties in `inner`; None where it holds anything but plain lines."""
    text = inner.replace("\r\n", "\n")
    found: dict[str, PropertyValue] = {}
    key, indent = "", -1
    items: list[PropertyValue] | None = None  # of the list below `key`; None where there can be none
    for line in text.split("\n"):
        if not line.isprintable():
            return None
        if not line or line.isspace():
            continue
        try:
            if match := _KEY.match(line):
                key, indent, items = match[1].strip(), -1, None
                found[key] = None
                if match.end() == len(line):
                    items = []
                else:
                    found[key] = _value(line[match.end() :])
            elif (match := _ITEM.match(line)) and items is not None and indent in (-1, len(match[1])):
                indent = len(match[1])
                items.append(_scalar(line[match.end() :]))
                found[key] = tuple(items)
            else:
                return None
        except _NotSimple:
            return None
    return found


class _NotSimple(Exception):
    """A value that is to be read as YAML."""


def _value(written: str) -> PropertyValue:
    if match := _FLOW.fullmatch(written):
        return tuple(map(_scalar, match[1].split(","))) if match[1].strip() else ()
    return _scalar(written)


def _scalar(written: str) -> PropertyValue:
    if match := _QUOTED.fullmatch(written):
        return match[1] if match[1] is not None else match[2]
    written = written.strip(" ")
    if not _PLAIN.fullmatch(written):
        raise _NotSimple
    if not "0" <= written[0] <= "9":
        return _TRUTH.get(written, None if written in _NULLS else written)
    return _number_or_day(written)


def _number_or_day(written: str) -> PropertyValue:
    """The number or day, unless it would be shown in another way than it is written."""
    value: int | float | date
    try:
        if _INT.fullmatch(written):
            value = int(written)
        elif _FLOAT.fullmatch(written):
            value = float(written)
        elif match := _DAY.fullmatch(written):
            value = datetime.fromisoformat(written) if match[1] else date.fromisoformat(written)
        else:
            return written
    except ValueError:
        return written  # a day that does not exist
    shown = value.isoformat() if isinstance(value, date) else str(value)
    return value if shown == written else written
