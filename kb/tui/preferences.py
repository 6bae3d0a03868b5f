"""What the user chose for the interface on this machine."""

from __future__ import annotations

import json
from collections.abc import Container

from kb.files.small import parse_json, read_small
from kb.settings import state_folder

_FILE = "interface.json"


def chosen_theme(known: Container[str]) -> str:
    """The theme that was chosen last, if it is one of `known`; else an empty text."""
    try:
        theme = parse_json(read_small(state_folder() / _FILE))["theme"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return theme if isinstance(theme, str) and theme in known else ""


def keep_theme(name: str) -> None:
    """Remember a theme. Raises OSError."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _FILE).write_text(json.dumps({"theme": name}, allow_nan=False), encoding="utf-8")
