"""What this machine is called in logs that several machines write."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from uuid import uuid4

from kb.errors import StateUnwritable
from kb.files.small import read_small

_NOT_NAME = re.compile(r"[^\w-]+")
_MOST = 200  # characters; it becomes a file's name


def machine_name(state: Path) -> str:
    """Made up once and kept in the folder `state`: two laptops may share a host name. Raises StateUnwritable."""
    if known := known_machine_name(state):
        return known
    name = f"{_NOT_NAME.sub('-', platform.node())[:_MOST] or 'machine'}-{uuid4().hex[:6]}"
    file = state / "machine"
    draft = file.with_suffix(f".{os.getpid()}")
    try:
        state.mkdir(parents=True, exist_ok=True)
        draft.write_text(name + "\n", encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise StateUnwritable(
            f"{file} cannot be written: {error.strerror}. Check the folder's permissions."
        ) from error
    return name


def known_machine_name(state: Path) -> str:
    """The name that was made up already; empty where none was, or none can be read."""
    try:
        name = read_small(state / "machine").decode().strip()
    except (OSError, ValueError):
        return ""
    return "" if _NOT_NAME.search(name) else name
