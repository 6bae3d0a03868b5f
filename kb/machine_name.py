"""What this machine is called in logs that several machines write."""

from __future__ import annotations

import platform
import re
from pathlib import Path
from uuid import uuid4

from kb.errors import StateUnwritable
from kb.files.small import read_small

_NOT_NAME = re.compile(r"[^\w-]+")


def machine_name(state: Path) -> str:
    """Made up once and kept in the folder `state`: two laptops may share a host name. Raises StateUnwritable."""
    file = state / "machine"
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        name = f"{_NOT_NAME.sub('-', platform.node()) or 'machine'}-{uuid4().hex[:6]}"
        try:
            state.mkdir(parents=True, exist_ok=True)
            file.write_text(name + "\n", encoding="utf-8")
        except OSError as error:
            raise StateUnwritable(
                f"{file} cannot be written: {error.strerror}. Check the folder's permissions."
            ) from error
        return name


def known_machine_name(state: Path) -> str:
    """The name that was made up already; empty where none was."""
    try:
        return read_small(state / "machine").decode().strip()
    except (OSError, ValueError):
        return ""
