"""Where the note of a day lies: as the settings say, else as Obsidian or Logseq does it here, else where days lie already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from kb.notes.day_patterns import DayPattern, set_patterns
from kb.notes.journal import day_in_name
from kb.notes.template import DAY, with_literals

_LENGTH = len("2024-03-09")


def daily_notes(vault: Path, paths: Iterable[str], pattern: str = "") -> DayPattern:
    """The habit of the vault whose notes lie at `paths`; `pattern` is what the settings say."""
    programs = set_patterns(vault)
    if pattern:
        return DayPattern(with_literals(pattern), programs[0].template if programs else "")
    return next(iter(programs), None) or _most_usual(paths) or DayPattern(f"[Daily/]{DAY}")


def _most_usual(paths: Iterable[str]) -> DayPattern | None:
    """The folder and form of most notes that are called as a day."""
    forms: Counter[str] = Counter()
    for path in map(PurePosixPath, paths):
        if len(path.stem) == _LENGTH and day_in_name(path.stem):
            folder = f"[{path.parent}/]" if path.parent.parts else ""
            mark = path.stem[4]
            forms[f"{folder}YYYY{mark}MM{mark}DD"] += 1
    return DayPattern(forms.most_common(1)[0][0]) if forms else None
