"""Reads files that anybody may have put there: regular ones only, bounded in size, never waiting for anything."""

from __future__ import annotations

import json
import math
import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

SMALL = 1_000_000  # bytes; settings and rules of people stay far below
_MOST_DOTS = 20  # of a key; the time that tomllib takes grows with their square


class Unfit(OSError):
    """What stands there is not a file of the kind that is wanted; `strerror` says why, as of any OSError."""

    def __init__(self, reason: str, file: Path | str) -> None:
        super().__init__(22, reason, str(file))


def open_regular(
    file: Path | str, *, follow: bool = True, folder: int | None = None
) -> tuple[BinaryIO, os.stat_result]:
    """`file` opened for reading, and its status; a pipe, device or folder is never waited for.

    A name is looked up in the open `folder` where one is given. Raises OSError, Unfit for all but regular files.
    """
    # Opening may already do something, as with a tape drive; so a look comes first, and one after for what changed.
    _must_be_regular(os.stat(file, dir_fd=folder, follow_symlinks=follow), file)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(file, flags if follow else flags | os.O_NOFOLLOW, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        _must_be_regular(status, file)
        return os.fdopen(descriptor, "rb"), status
    except BaseException:
        os.close(descriptor)
        raise


def read_small(
    file: Path | str, most: int = SMALL, *, follow: bool = True, folder: int | None = None
) -> bytes:
    """All that is in a regular file of at most `most` bytes. Raises OSError, Unfit for any other."""
    stream, _ = open_regular(file, follow=follow, folder=folder)
    with stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise Unfit(f"it is larger than {most:,} bytes", file)
    return data


def parse_json(text: str | bytes) -> Any:
    """The value that `text` holds. Raises ValueError for what is no JSON, NaN and infinity among it, or too deep."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def parse_toml(text: str) -> dict[str, Any]:
    """The table that `text` holds. Raises ValueError for what is no TOML, too deep, or would be read for minutes."""
    if any(_key(line).count(".") > _MOST_DOTS for line in text.splitlines()):
        raise ValueError("a key has too many dots")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _key(line: str) -> str:
    """What stands before the first `=` of a line that is no comment."""
    key, is_assigned, _ = line.partition("=")
    return key if is_assigned and not line.lstrip().startswith("#") else ""


def finite(value: Any) -> Any:
    """`value` with null for every number that JSON cannot hold: NaN and the infinities."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def _must_be_regular(status: os.stat_result, file: Path | str) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise Unfit("it is a symbolic link", file)
    if stat.S_ISDIR(status.st_mode):
        raise Unfit("it is a folder", file)
    if not stat.S_ISREG(status.st_mode):
        raise Unfit("it is not a regular file", file)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
