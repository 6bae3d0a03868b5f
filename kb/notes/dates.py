"""Days and times as people and programs write them in properties: the common forms, in every language that has a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache

from kb.text.date_tables import date_table, languages, month_numbers
from kb.text.days import calendar_day

# Two letters are read as weekdays only beside a whole date: elsewhere "so" and "mi" are words.
_SHORT_WEEKDAYS = ("mo", "di", "mi", "do", "fr", "sa", "so", "thur")
_TIME = re.compile(r"(?<=[ T,])(\d{1,2}):(\d\d)(?::(\d\d))?(?:[ ]?([ap])\.?m\.?)?$", re.IGNORECASE)
_BEFORE_TIME = re.compile(r"(?:(?<=\d)T| at|)$", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})([-/._])(\d{1,2})\2(\d{1,2})")
_CJK = re.compile(r"(\d{4})[年년][ ]?(\d{1,2})[月월][ ]?(\d{1,2})[日일]")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])[ ]?(\d{1,2})\2[ ]?(\d{4})")
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|[.º°])?"
_MONTH_FIRST = re.compile(rf"([^\W\d_]{{3,12}})\.?[ ]{_DAY},?[ ](\d{{4}})")
_WORD_SECOND = re.compile(rf"{_DAY}[ -](?:de[ ]|of[ ])?([^\W\d_]{{3,12}})\.?,?[ -](?:de[ ])?(\d{{4}})")
_WORD_BETWEEN = re.compile(r"(\d{4})[- ]([^\W\d_]{3,12})[- ](\d{1,2})")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_MAIL = re.compile(r"[a-z]{3}, \d{1,2} [a-z]{3} \d{4} \d\d:\d\d(?::\d\d)? \S{1,6}", re.IGNORECASE)
_LONGEST = 60


@cache
def _weekday() -> re.Pattern[str]:
    """A weekday in any language, with what stands behind it; none that is a month's name, too."""
    names = {name for code in languages() if (table := date_table(code)) for name in table.weekdays}
    names = {*names, *_SHORT_WEEKDAYS} - month_numbers().keys()
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)[.,]?")


def read_day(text: str) -> date | None:
    """The day that `text` is, in one of the common forms; 03/04/2024 is none, for it means two days."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(text) > _LONGEST:
        return None
    if (found := _day(text)) is not None:
        return found
    without = _weekday().sub("", text)
    return _day(" ".join(without.split()).strip(" ,.")) if without != text else None


def read_moment(text: str) -> datetime | None:
    """The day, or the day and time, that `text` is; one of org mode may stand in angle brackets."""
    text = text.strip().strip("[]<>").strip()
    if len(text) > _LONGEST:
        return None
    if stamp := _STAMP.fullmatch(text):
        return _stamp(stamp)
    try:
        return datetime.fromisoformat(text) if text[:4].isdigit() and text[4:5] == "-" else _spelled(text)
    except ValueError:
        return _spelled(text)


def _spelled(text: str) -> datetime | None:
    if _MAIL.fullmatch(text):
        from email.utils import parsedate_to_datetime  # it loads sockets

        try:
            return parsedate_to_datetime(text)
        except ValueError:
            return None
    clock = time()
    if match := _TIME.search(text):
        hour = int(match[1]) % 12 + (12 if match[4] in "pP" else 0) if match[4] else int(match[1])
        try:
            clock = time(hour, int(match[2]), int(match[3] or 0))
        except ValueError:
            return None
        text = _BEFORE_TIME.sub("", text[: match.start()].rstrip(" ,"))
    day = read_day(text)
    return datetime.combine(day, clock) if day else None


def _stamp(match: re.Match[str]) -> datetime | None:
    """20240309, 202403091530 and 20240309153000, as names of slips are."""
    parts = [int(part) for part in match.groups("0")]
    try:
        return datetime(*parts) if 1800 <= parts[0] < 2200 else None  # type: ignore[arg-type]
    except ValueError:
        return None


def _day(text: str) -> date | None:
    return next((day for parts in _readings(text) if (day := calendar_day(*parts)) is not None), None)


def _readings(text: str) -> Iterator[tuple[str, str | int, str]]:
    """Year, month and day by each form that fits."""
    if match := _YEAR_FIRST.fullmatch(text):
        yield match[1], match[3], match[4]
    if match := _CJK.fullmatch(text):
        yield match[1], match[2], match[3]
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12 or first == second:
            yield match[4], match[3], match[1]
        elif second > 12:
            yield match[4], match[1], match[3]
    if match := _MONTH_FIRST.fullmatch(text):
        yield match[3], month_numbers().get(match[1], 0), match[2]
    if match := _WORD_SECOND.fullmatch(text):
        yield match[3], month_numbers().get(match[2], 0), match[1]
    if match := _WORD_BETWEEN.fullmatch(text):
        yield match[1], month_numbers().get(match[2], 0), match[3]
    if len(text) == len("20240309") and (match := _STAMP.fullmatch(text)):
        yield match[1], match[2], match[3]
