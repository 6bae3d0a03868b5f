"""Where the note of a day lies: as the settings say, else as Obsidian does it here, else where days lie already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from kb.files.small import parse_json, read_small
from kb.notes.journal import day_in_name
from kb.notes.template import DAY, with_literals

_OBSIDIAN = (".obsidian", "daily-notes.json")
_LENGTH = len("2024-03-09")


@dataclass(frozen=True, slots=True)
class DailyNotes:
    """How the daily notes of a vault are named."""

    pattern: str = f"[Daily/]{DAY}"  # of moment.js, with the folder, without .md
    template: str = ""  # the note that new ones begin as; empty for none


def daily_notes(vault: Path, paths: Iterable[str], pattern: str = "") -> DailyNotes:
    """The habit of the vault whose notes lie at `paths`; `pattern` is what the settings say."""
    obsidian = _obsidians(vault / Path(*_OBSIDIAN))
    if pattern:
        return DailyNotes(with_literals(pattern), obsidian.template if obsidian else "")
    return obsidian or _most_usual(paths) or DailyNotes()


def _obsidians(file: Path) -> DailyNotes | None:
    """What Obsidian's plugin for daily notes is set to; None where it is not, or says it in an unknown way."""
    try:
        found = parse_json(read_small(file, follow=False))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    folder, pattern, template = (_text(found, name).strip("/ ") for name in ("folder", "format", "template"))
    return DailyNotes(f"[{folder}/]{pattern or DAY}" if folder else pattern or DAY, template)


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""


def _most_usual(paths: Iterable[str]) -> DailyNotes | None:
    """The folder and form of most notes that are called as a day."""
    forms: Counter[str] = Counter()
    for path in map(PurePosixPath, paths):
        if len(path.stem) == _LENGTH and day_in_name(path.stem):
            folder = f"[{path.parent}/]" if path.parent.parts else ""
            mark = path.stem[4]
            forms[f"{folder}YYYY{mark}MM{mark}DD"] += 1
    return DailyNotes(forms.most_common(1)[0][0]) if forms else None
