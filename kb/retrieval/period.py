"""Plain words for a stretch of time: `2026-03`, `yesterday`, `last week`, `in March`, `since Monday`, `vor drei Tagen`."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta

from kb.errors import UsageError

_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365, "tag": 1, "woche": 7, "monat": 30, "jahr": 365}
_LEADING = re.compile(r"^(?:in|on|during|of|from|the|im|am|in der|vom|den)\s+", re.IGNORECASE)
_SINCE = re.compile(r"^(?:since|seit)\s+", re.IGNORECASE)
_LONGEST = 40  # characters
_HINT = re.compile(
    r"\d|\b(?:ago|vor|hace|il y a|last|letzte\w*|day before|vorgestern|anteayer|ayer|hier)\b", re.IGNORECASE
)
_LANGUAGES = ("en", "de", "es", "fr")
_MONTHS = {
    name.casefold(): number
    for names in (
        calendar.month_name[1:],
        calendar.month_abbr[1:],
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    )
    for number, name in enumerate(names, start=1)
}
_DAYS = {
    name.casefold(): number
    for names in (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split(),
    )
    for number, name in enumerate(names)
}


def period_of(text: str, today: date) -> tuple[date, date]:
    """First and last day of what `text` names; a day or month without a year is the latest that is past.

    Raises UsageError for anything that is no time.
    """
    words = " ".join(text.replace("_", " ").split()).strip(" ?.,!")
    if since := _SINCE.match(words):
        return period_of(words[since.end() :], today)[0], today
    plain = _LEADING.sub("", words)
    try:
        found = _written(plain) or _spoken(plain.casefold().replace("-", " ").split(), today)
    except (ValueError, OverflowError, IndexError):
        found = None
    found = found or _parsed(plain, today)
    if found is None:
        raise UsageError(
            f"{text!r} isn't a date. Write 2026, 2026-03, 2026-03-01, yesterday, last-week, 3-days-ago or March."
        )
    return found


def _written(text: str) -> tuple[date, date] | None:
    """`2026`, `2026-03`, `2026-03-01`."""
    parts = text.split("-")
    if len(parts) > 3 or len(parts[0]) != 4 or not all(part.isdecimal() for part in parts):
        return None
    year, month, day = ([int(part) for part in parts] + [0, 0])[:3]
    first = date(year, month or 1, day or 1)
    return (first, first) if day else (first, _month_end(year, month or 12))


def _spoken(words: list[str], today: date) -> tuple[date, date] | None:
    match words:
        case ["today" | "heute"]:
            return today, today
        case ["yesterday" | "gestern"]:
            return today - timedelta(1), today - timedelta(1)
        case ["last" | "past" | "letzte" | "letzten" | "letzter" | "letztes", unit] if _days(unit):
            return today - timedelta(_days(unit)), today
        case ["last" | "past" | "letzten", number, unit] if number.isdecimal() and _days(unit):
            return today - timedelta(int(number) * _days(unit)), today
        case [number, unit, "ago"] if number.isdecimal() and _days(unit):
            then = today - timedelta(int(number) * _days(unit))
            return then, then
        case ["this" | "diese" | "diesen" | "dieses", unit] if _days(unit):
            return _beginning(_days(unit), today), today
        case [month] if month in _MONTHS:
            year = today.year - (_MONTHS[month] > today.month)
            return date(year, _MONTHS[month], 1), _month_end(year, _MONTHS[month])
        case [month, year] if month in _MONTHS and year.isdecimal() and len(year) == 4:
            return date(int(year), _MONTHS[month], 1), _month_end(int(year), _MONTHS[month])
        case [day] | ["last", day] if day in _DAYS:
            then = today - timedelta((today.weekday() - _DAYS[day] - 1) % 7 + 1)
            return then, then
    return None


def _parsed(text: str, today: date) -> tuple[date, date] | None:
    """Other ways of naming a day, as dateparser understands them."""
    if len(text) > _LONGEST or not _HINT.search(text):
        return None
    import dateparser  # 0.2 s to import, for what is seldom written

    settings = {
        "PREFER_DATES_FROM": "past",
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "REQUIRE_PARTS": ["day", "month"],
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    found = dateparser.parse(text, languages=list(_LANGUAGES), settings=settings)
    return (found.date(), found.date()) if found else None


def _days(unit: str) -> int:
    """How long a unit is, in whatever ending; 0 for what is none."""
    return next(filter(None, (_UNITS.get(unit.removesuffix(end), 0) for end in ("", "s", "en", "e", "n"))), 0)


def _beginning(days: int, today: date) -> date:
    """The first day of this day, week, month or year."""
    if days == 1:
        return today
    if days == 7:
        return today - timedelta(today.weekday())
    return today.replace(day=1) if days == 30 else date(today.year, 1, 1)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
