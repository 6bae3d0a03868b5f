"""An extract as bytes, for the way out of the child process and for the index; and back, whatever the bytes are."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kb.files.small import finite, parse_json
from kb.notes.extract import Extract
from kb.notes.note import PropertyValue

_MOST_CHARACTERS = 40_000_000  # of a text; a thousand pages have three million
_MOST_PLACES = 200_000
_MOST_PROPERTIES = 200


def pack(extract: Extract) -> bytes:
    """`extract` as bytes, compressed."""
    value = {
        "text": extract.text,
        "starts": extract.starts,
        "title": extract.title,
        "properties": {key: _plain(value) for key, value in extract.properties.items()},
        "tags": extract.tags,
        "created": extract.created.isoformat() if extract.created else "",
        "modified": extract.modified.isoformat() if extract.modified else "",
        "is_markup": extract.is_markup,
        "by_line": extract.by_line,
        "problems": extract.problems,
    }
    return zlib.compress(json.dumps(finite(value), ensure_ascii=True, allow_nan=False).encode("ascii"), 1)


def unpack(data: bytes) -> Extract:
    """The extract that `data` holds. Raises ValueError for anything else: a child process may have been taken over."""
    value = parse_json(inflated(data, 2 * _MOST_CHARACTERS))
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise ValueError("it is no extract")
    text = value["text"].encode("utf-8", "replace").decode("utf-8")  # no half of a pair
    if len(text) > _MOST_CHARACTERS:
        raise ValueError("its text is too long")
    properties = value.get("properties")
    return Extract(
        text=text,
        starts=tuple(_starts(value.get("starts"), len(text))),
        title=_line(value.get("title")),
        properties=_properties(properties if isinstance(properties, dict) else {}),
        tags=tuple(map(_line, _listed(value.get("tags"))))[:_MOST_PROPERTIES],
        created=_moment(value.get("created")),
        modified=_moment(value.get("modified")),
        is_markup=value.get("is_markup") is True,
        by_line=value.get("by_line") is True,
        problems=tuple(map(_line, _listed(value.get("problems"))))[:_MOST_PROPERTIES],
    )


def inflated(data: bytes, most: int) -> bytes:
    """`data` uncompressed. Raises ValueError where that is more than `most` bytes, or damaged."""
    engine = zlib.decompressobj()
    try:
        found = engine.decompress(data, most)
    except zlib.error as error:
        raise ValueError("it is damaged") from error
    if engine.unconsumed_tail or not engine.eof:
        raise ValueError("it is too long, or cut off")
    return found


def _starts(listed: object, length: int) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for one in _listed(listed)[:_MOST_PLACES]:
        if isinstance(one, list) and len(one) == 3:
            name, number, start = one
            is_fit = isinstance(name, str) and name.isascii() and name.isalpha() and name.islower()
            least = found[-1][2] if found else 0
            if is_fit and type(number) is int and type(start) is int and least <= start <= length:
                found.append((name, max(0, min(number, 999_999_999)), start))
    if found and found[0][2] > 0:
        found[0] = (*found[0][:2], 0)
    return found


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _line(value: object) -> str:
    words = value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
    return " ".join(words[:2_000].split())[:1_000]


def _properties(values: Mapping[str, object]) -> dict[str, PropertyValue]:
    found: dict[str, PropertyValue] = {}
    for key, value in list(values.items())[:_MOST_PROPERTIES]:
        if isinstance(value, list):
            found[_line(key)] = tuple(_line(one) for one in value[:_MOST_PROPERTIES])
        elif isinstance(value, bool | int | float):
            found[_line(key)] = value
        elif isinstance(value, str):
            found[_line(key)] = _line(value)
    return found


def _plain(value: PropertyValue) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
