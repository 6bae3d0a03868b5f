"""How much a folder holds."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def size_of_folder(folder: Path) -> int:
    """The bytes of all files below `folder`; what another process deletes meanwhile does not count."""
    total = 0
    for file in folder.rglob("*"):
        with suppress(OSError):
            total += file.stat().st_size if file.is_file() else 0
    return total
