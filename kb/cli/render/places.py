"""Where a note stands, as a terminal shows it: a link to click where the terminal knows links."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from rich.style import Style
from rich.text import Text

from kb.notes.places import where
from kb.safe_text import OWN_LINK, safe_line

# These print the address of a link, or nothing at all.
_WITHOUT_LINKS = ("dumb", "linux", "vt100", "vt220", "screen")


def place(vault: Path, path: str, line: int, at: str = "") -> Text:
    """`path:line`, or the path with the place `at` in it, linked to the note in Obsidian where the vault is one of Obsidian's, else to its file."""
    words = safe_line(where(path, line, at))
    link = address(vault, path, at) if os.environ.get("TERM", "dumb") not in _WITHOUT_LINKS else None
    return Text(words, style=Style(color="cyan", link=link, meta={OWN_LINK: True}))


def address(vault: Path, path: str, at: str = "") -> str:
    """What opens the note, or the place `at` of a file: obsidian:// in a vault of Obsidian's, else file://."""
    file = vault / path
    anchor = f"#{at}" if "=" in at else ""
    if is_obsidian(vault):
        return f"obsidian://open?path={quote(str(file) + anchor, safe='')}"
    return file.as_uri() + anchor


def is_obsidian(vault: Path) -> bool:
    """Whether Obsidian has opened this folder as a vault."""
    return (vault / ".obsidian").is_dir()
