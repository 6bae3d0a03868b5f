"""What the user chose for the interface on this machine."""

from __future__ import annotations

import json
from collections.abc import Container
from pathlib import Path

from platformdirs import user_state_path

from kb.files.small import parse_json, read_small

_FILE = "interface.json"


def chosen_theme(known: Container[str]) -> str:
    """The theme that was chosen last, if it is one of `known`; else an empty text."""
    try:
        theme = parse_json(read_small(_state_folder() / _FILE))["theme"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return theme if isinstance(theme, str) and theme in known else ""


def keep_theme(name: str) -> None:
    """Remember a theme. Raises OSError."""
    folder = _state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _FILE).write_text(json.dumps({"theme": name}, allow_nan=False), encoding="utf-8")


def _state_folder() -> Path:
    # As kb.settings.state_folder, whose package takes longer to load than the first paint can wait.
    return user_state_path("kb", appauthor=False)
