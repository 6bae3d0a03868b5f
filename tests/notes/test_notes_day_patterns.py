"""Daily notes as Obsidian and Logseq are set to call them: where the next one goes, and which day one is of."""

from __future__ import annotations

import json
import time
from datetime import date, datetime
from pathlib import Path

import pytest

from kb.notes.daily import daily_notes
from kb.notes.day_patterns import DayNames, set_patterns
from kb.notes.template import written

DAY = date(2024, 3, 9)
OBSIDIAN = ".obsidian/daily-notes.json"
PERIODIC = ".obsidian/plugins/periodic-notes/data.json"
LOGSEQ = "logseq/config.edn"


def set_to(root: Path, file: str, settings: object) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(settings if isinstance(settings, str) else json.dumps(settings))


@pytest.mark.parametrize(
    ("file", "settings", "path"),
    [
        (OBSIDIAN, {}, ""),
        (OBSIDIAN, {"folder": "Journal"}, "Journal/2024-03-09"),
        (OBSIDIAN, {"format": "DD-MM-YYYY"}, "09-03-2024"),
        (OBSIDIAN, {"folder": "/Days/", "format": "YYYY/MM-MMMM/YYYY-MM-DD-dddd"}, "Days/2024/03-March/2024-03-09-Saturday"),
        (OBSIDIAN, {"format": "[Day] D. MMM YY"}, "Day 9. Mar 24"),
        (OBSIDIAN, {"format": "dddd, MMMM Do YYYY"}, "Saturday, March 9th 2024"),
        (PERIODIC, {"daily": {"enabled": True, "folder": "P", "format": "YYYY.MM.DD"}}, "P/2024.03.09"),
        (PERIODIC, {"daily": {"enabled": False, "folder": "P"}}, ""),
        (PERIODIC, {"calendarSets": [{"day": {"enabled": True, "folder": "P", "templatePath": "T"}}]}, "P/2024-03-09"),
        (LOGSEQ, "{:meta/version 1}", "journals/2024_03_09"),
        (LOGSEQ, '{:journal/file-name-format "dd-MM-yyyy" :journals-directory "days"}', "days/09-03-2024"),
        (LOGSEQ, '{;; :journal/file-name-format "dd-MM-yyyy"\n :journal/page-title-format "EEE, MM/dd/yyyy"}', "journals/2024_03_09"),
        (LOGSEQ, '{:journal/file-name-format "EEEE\'the\'do MMMM yyyy"}', "journals/Saturdaythe9th March 2024"),
    ],
)  # fmt: skip
def test_a_days_note_is_called_as_the_program_is_set(
    tmp_path: Path, file: str, settings: object, path: str
) -> None:
    set_to(tmp_path, file, settings)
    patterns = set_patterns(tmp_path)
    assert [written(datetime(2024, 3, 9), one.pattern) for one in patterns[:1]] == ([path] if path else [])
    if path:
        assert daily_notes(tmp_path, []).pattern == patterns[0].pattern
        assert DayNames(one.pattern for one in patterns).day_of(f"{path}.md") == DAY


@pytest.mark.parametrize(
    ("pattern", "path", "day"),
    [
        ("DD-MM-YYYY", "any/09-03-2024.md", DAY),
        ("YYYY-DD-MM", "2024-09-03.md", DAY),
        ("DD-MM-YYYY", "2024-03-09 Meeting.md", DAY),  # the usual forms go on being read
        ("DD-MM-YYYY", "39-03-2024.md", None),
        ("DD-MM-YYYY", "x09-03-2024.md", None),
        ("YYYY-[W]ww", "2024-W10.md", None),
        ("D MMMM YYYY", "9 march 2024.md", DAY),
        ("", "Tea.md", None),
    ],
)
def test_the_day_of_a_path(pattern: str, path: str, day: date | None) -> None:
    assert DayNames([pattern]).day_of(path) == day


@pytest.mark.parametrize(
    "settings",
    ["", "[]", "{", '{"format": 7, "folder": []}', '{"daily": 3}', '{"calendarSets": 1}', "[" * 9_999],
)
def test_broken_settings_are_no_settings(tmp_path: Path, settings: str) -> None:
    for file in (OBSIDIAN, PERIODIC, LOGSEQ):
        set_to(tmp_path, file, settings)
    for one in set_patterns(tmp_path):
        assert written(datetime(2024, 3, 9), one.pattern) in ("2024-03-09", "journals/2024_03_09")


def test_no_pattern_takes_long() -> None:
    start = time.process_time()
    for pattern in ("D" * 300, "YYYYMMDD" + "D" * 15, "(" * 300, "YYYY" * 90, ".*" * 100 + "YYYYMMDD"):
        DayNames([pattern]).day_of("1" * 390 + ".md")
    assert time.process_time() - start < 60
