"""Days in file names, and the names a day's note is called by: 2024_03_09.md is to Logseq Mar 9th, 2024."""

from __future__ import annotations

import re
from datetime import date

from kb.notes.template import DAYS, MONTHS, ordinal
from kb.text.days import calendar_day

# 2024-03-09, 2024_03_09, 2024.03.09 and 20240309: the separators are the same.
_DAY = re.compile(r"(\d{4})([-_.]?)(\d{2})\2(\d{2})(?![^\W_])")
_LENGTH = len("2024-03-09")


def day_in_name(stem: str) -> date | None:
    """The day that file name `stem` begins with, as in `2024-03-09`, `20240309` and `2024_03_09 Meeting`."""
    match = _DAY.match(stem)
    return calendar_day(match[1], match[3], match[4]) if match else None


def journal_names(stem: str) -> tuple[str, ...]:
    """Every usual way of writing the day that file name `stem` is; none when it is no day, or more than one."""
    day = day_in_name(stem) if len(stem) == _LENGTH else None
    if day is None:
        return ()
    month = MONTHS[day.month - 1]
    weekday = DAYS[day.weekday()]
    numbered = f"{day.day}{ordinal(day.day)}"
    # The forms that Logseq offers for titles, but for those that mean two days.
    return (
        f"{day:%Y-%m-%d}",
        f"{day:%Y_%m_%d}",
        f"{day:%Y/%m/%d}",
        f"{month[:3]} {numbered}, {day.year}",
        f"{month} {numbered}, {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day:%d-%m-%Y}",
        f"{day:%Y%m%d}",
        f"{day:%Y-%m-%d} {weekday}",
        f"{weekday[:3]}, {day:%Y/%m/%d}",
        f"{weekday}, {day:%Y/%m/%d}",
        f"{numbered} {month[:3]} {day.year}",
        f"{numbered} {month} {day.year}",
        f"{day.year}年{day:%m}月{day:%d}日",
    )
