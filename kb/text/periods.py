"""Stretches of time in plain words: those that a question speaks of, and those that a filter or a target names.

Both are read by the same tables (kb.text.date_tables): "last week" is the calendar week before this one in each.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from kb.errors import UsageError
from kb.text.characters import plain
from kb.text.date_phrases import Phrase, phrases_of
from kb.text.date_tables import WRITTEN, languages
from kb.text.days import after_entry_day, day_in
from kb.text.language import likely_languages

_LONGEST = 40  # characters of what names a time
_LEADING = re.compile(
    r"^(?:(?:in der|in den|in|on|during|of|from|the|im|am|vom|den|de la|la|le|el|en|du|au|des)\s+|l['’])",
    re.IGNORECASE,
)
_HINT = re.compile(r"\d|\b(?:ago|vor|hace|il y a|last|letzte\w*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, and the words that named them."""

    first: date
    last: date
    words: str

    def holds(self, day: date | None) -> bool:
        """Whether `day` lies in it."""
        return day is not None and self.first <= day <= self.last


def find_period(question: str, today: date) -> Period | None:
    """The first period that `question` names, or None."""
    for phrase in _phrases(likely_languages(question, WRITTEN, languages())):
        for found in phrase.pattern.finditer(question):
            if made := phrase.days(found, today):
                return Period(*made, found[0].strip())
    if day := day_in(question):
        return Period(day, day, "")
    return None


def period_of(text: str, today: date) -> tuple[date, date]:
    """First and last day of what `text` names; a day or month without a year is the latest that is past.

    Raises UsageError for anything that is no time.
    """
    words = " ".join(text.replace("_", " ").split()).strip(" ?.,!？。")
    found = _written(words) or _named(words, today) or _parsed(words, today)
    if found is None:
        raise UsageError(
            f"{text!r} isn't a date. Write 2026, 2026-03, 2026-03-01, yesterday, last-week, 3-days-ago or March."
        )
    return found


def _named(text: str, today: date) -> tuple[date, date] | None:
    """What the tables know as a whole."""
    if len(text) > _LONGEST:
        return None
    tries = dict.fromkeys((text, text.replace("-", " "), _LEADING.sub("", text.replace("-", " "))))
    for phrase in _phrases(languages(), whole=True):
        for words in tries:
            if (found := phrase.pattern.fullmatch(plain(words))) and (made := phrase.days(found, today)):
                return made
    day = day_in(text) if after_entry_day(text) == len(text) else None
    return (day, day) if day else None


def _phrases(codes: Sequence[str], *, whole: bool = False) -> Iterator[Phrase]:
    """The forms of each language, those that are surer in any before those that are less so."""
    tables = [phrases_of(code, whole=whole) for code in codes]
    for rank in range(max(map(len, tables), default=0)):
        yield from (table[rank] for table in tables if rank < len(table))


def _written(text: str) -> tuple[date, date] | None:
    """`2026`, `2026-03`, `2026-03-01`."""
    parts = text.split("-")
    if len(parts) > 3 or len(parts[0]) != 4 or not all(part.isdecimal() for part in parts):
        return None
    year, month, day = ([int(part) for part in parts] + [0, 0])[:3]
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    last = date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    return (first, first) if day else (first, last)


def _parsed(text: str, today: date) -> tuple[date, date] | None:
    """Other ways of naming a day, as dateparser understands them."""
    if len(text) > _LONGEST or not _HINT.search(text) or _is_number_and_date(text):
        return None
    import dateparser  # 0.2 s to import, for what is seldom written

    settings = {
        "PREFER_DATES_FROM": "past",
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "REQUIRE_PARTS": ["day", "month"],
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    try:
        found = dateparser.parse(text, languages=["en", "de", "es", "fr"], settings=settings)
    except (ValueError, OverflowError):
        return None
    return (found.date(), found.date()) if found else None


def _is_number_and_date(text: str) -> bool:
    """Whether `text` is digits and dashes alone, which _written has refused."""
    return bool(re.fullmatch(r"[\d-]+", text))
