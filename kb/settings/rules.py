"""What each setting may be: its range or its choices stand beside its default, and are checked when it is read."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kb.errors import SettingsError
from kb.safe_text import without_secrets

_RANGE, _CHOICES, _SECRET, _ADDRESS = "range", "choices", "secret", "address"
_ALLOWS, _KNOWN = "allows", "known"
_HEADER = re.compile(r"\s*\[([^\[\]\n]+)\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*)\s*=""")

_LONGEST_NAME, _LONGEST_PATH = 255, 4096  # bytes, of Linux and macOS

_VARIABLE = re.compile(r"\$(?:\w+|\{\w+\})")

_KINDS: dict[type[Any], Callable[[str], Any]] = {int: int, float: float, str: str}

Most = float | Callable[[], float]


def number(default: float, least: float, most: Most) -> Any:
    """A field for a number from `least` to `most`; whole where `default` is."""
    return field(default=default, metadata={_RANGE: (least, most)})


def choice(*names: str, confirmed: Mapping[str, str] | None = None) -> Any:
    """A field for one of `names`, the first unless another is written.

    `confirmed` holds those that a kb.toml may choose only once its reader has confirmed it, and what they let happen.
    """
    allows = dict(confirmed or {})
    known = tuple(name for name in names if name not in allows)
    return field(
        default=names[0], metadata={_CHOICES: names, _ALLOWS: "; ".join(allows.values()), _KNOWN: known}
    )


def named(default: str = "", *, allows: str, known: tuple[str, ...] = ()) -> Any:
    """A field for a path or a name, which a kb.toml may set only once its reader has confirmed what it `allows`.

    Names that are `known` to be harmless need no word.
    """
    return field(default=default, metadata={_ALLOWS: allows, _KNOWN: known})


def secret(*, allows: str) -> Any:
    """A field for a key, which no message and no list of settings shows; it `allows` something as `named` does."""
    return field(default="", repr=False, metadata={_SECRET: True, _ALLOWS: allows})


def address(*, allows: str) -> Any:
    """A field for a server's address, empty for none; it `allows` something as `named` does."""
    return field(default="", metadata={_ADDRESS: True, _ALLOWS: allows})


def what_it_allows(item: Field[Any], value: Any) -> str:
    """What setting `item` to `value` lets happen that only the user may allow; empty where it is harmless.

    Text of which no more is known is never harmless: it may name a file, a server or a program.
    """
    if not isinstance(value, str) or value in ("", item.default, *item.metadata.get(_KNOWN, ())):
        return ""
    return str(item.metadata.get(_ALLOWS) or "uses it as it is written there")


def shown_value(item: Field[Any], value: Any) -> str:
    """`value` as it may be shown."""
    return without_secrets(str(value)) if item.repr else "(hidden)"


def cores() -> int:
    """How many cores this machine has."""
    return os.cpu_count() or 1


def from_variable(item: Field[Any], text: str, where: str) -> Any:
    """What the variable called `where` says; text stays text, whatever it looks like."""
    kind = _KINDS[type(item.default)]
    try:
        return kind(text)
    except ValueError:
        raise SettingsError(f"{where} must be {_wanted(item)}, not {_shown(item, text)}.") from None


def checked(item: Field[Any], value: Any, where: str) -> Any:
    """`value` as the type of setting `item`. Raises SettingsError where it is of another type or out of range."""
    kind: type[Any] = type(item.default)
    if kind is float and type(value) is int:
        value = float(value) if abs(value) < 2**53 else math.inf
    if type(value) is not kind or not _is_allowed(item, value):
        raise SettingsError(f"{where} must be {_wanted(item)}, not {_shown(item, value)}.")
    is_name = kind is str and not (item.metadata.get(_SECRET) or item.metadata.get(_ADDRESS))
    if is_name and (reason := why_no_path(value)):
        raise SettingsError(f"{where} {reason}. Write another.")
    if item.metadata.get(_SECRET):
        # A careless paste and `$(cat keyfile)` leave white space behind, which no HTTP header may have.
        value = str(value).strip()
        if not (value.isascii() and value.isprintable()):
            raise SettingsError(
                f"{where} holds a character that cannot be sent to a server. Copy the key again; only plain ASCII can be sent."
            )
    return value


def why_no_path(text: str) -> str:
    """Why no file can be called so; empty where one can."""
    if "\0" in text:
        return "holds a character that no name can have (NUL)"
    parts = os.fsencode(text).split(b"/") if _is_encodable(text) else []
    if sum(map(len, parts)) + len(parts) > _LONGEST_PATH or any(len(part) > _LONGEST_NAME for part in parts):
        return "is longer than a path can be"
    return ""


def _is_encodable(text: str) -> bool:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True


def expanded(path: str | Path, base: Path | None = None) -> Path:
    """`path` with `~` and variables such as `$HOME` replaced. Raises SettingsError where that cannot be done."""
    text = str(path)
    if reason := why_no_path(text):
        raise SettingsError(f"{shortened(repr(text))} {reason}. Name another.")
    if "$" in text and not _is_there(Path(text), base):  # a name may hold a dollar sign
        text = os.path.expandvars(text)
        unset = _VARIABLE.search(text)
        if unset and not _is_there(Path(text), base):
            raise SettingsError(
                f"{path} names the variable {unset[0]}, which is not set. Write the whole path."
            )
    try:
        return Path(text).expanduser()
    except RuntimeError:
        user = Path(text).parts[0]
        raise SettingsError(
            f"{path} cannot be found: there is no user {user}. Write the whole path."
        ) from None


def _is_there(path: Path, base: Path | None) -> bool:
    return os.path.lexists(path if base is None else base / path)


def line_of(text: str, section: str, name: str = "") -> int:
    """The line of a kb.toml where `name` of `section` is set, counted from 1; 0 where it cannot be told."""
    wanted = [part for part in (section, name) if part]
    table: list[str] = []
    of_section = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
        elif key := _KEY.match(line):
            path = [*table, *_parts(key[1])]
            if path == wanted:
                return number
            if path == wanted[:1] and name in line:
                of_section = number  # an inline table
    return of_section


def _parts(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in key.split(".")]


def _is_allowed(item: Field[Any], value: Any) -> bool:
    if limits := item.metadata.get(_RANGE):
        least, most = _limits(limits)
        return bool(least <= value <= most)  # false for nan
    if item.metadata.get(_ADDRESS):
        return not value or _is_address(value)
    names = item.metadata.get(_CHOICES)
    return not names or value in names


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _limits(limits: tuple[float, Most]) -> tuple[float, float]:
    least, most = limits
    return least, most() if callable(most) else most


def _wanted(item: Field[Any]) -> str:
    if names := item.metadata.get(_CHOICES):
        return f"one of: {', '.join(names)}"
    if item.metadata.get(_ADDRESS):
        return "an address that begins with http:// or https://"
    kind = {int: "a whole number", float: "a number", str: "text in quotes"}[type(item.default)]
    if limits := item.metadata.get(_RANGE):
        least, most = _limits(limits)
        kind += f" from {least:g} to {int(most) if most == int(most) else most}"
        if limits[1] is cores:
            kind += " (this machine's cores)"
    return kind


def _shown(item: Field[Any], value: Any) -> str:
    """`value` for a message; what is kept out of sight, such as a key, stays there."""
    if not item.repr:
        return "what is written there"
    return shortened(repr(without_secrets(value) if isinstance(value, str) else value))


def shortened(text: str) -> str:
    """The beginning of `text`, for a message."""
    return text if len(text) <= 60 else text[:60] + "…"


def current_folder() -> Path:
    """Where the user stands. Raises SettingsError when that folder was deleted."""
    try:
        return Path.cwd()
    except OSError as error:
        raise SettingsError(
            f"The current folder cannot be used: {error.strerror}. Change to a folder that exists."
        ) from error


def day(text: str) -> date | None:
    """A day as KB_TODAY tells it; None for an empty text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise SettingsError(
            f"KB_TODAY is {text!r}, which isn't a date. Write it as in 2026-03-01."
        ) from error
