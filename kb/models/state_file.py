"""Small JSON files in the state folder: what was found out about models on this machine, and can be found out again."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from kb.files.small import parse_json, read_small


def read_state(file: Path) -> Any:
    """What the file holds; None without one that can be read."""
    try:
        return parse_json(read_small(file))
    except (OSError, ValueError):
        return None


def write_state(file: Path, content: Any) -> None:
    """Keep `content`, which another kb may read at any moment; where that fails, it is found out again next time."""
    draft = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(content, allow_nan=False) + "\n", encoding="utf-8")
        draft.replace(file)
    except OSError:
        return
