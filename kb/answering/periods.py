"""The stretch of time that a question speaks of: "last week", "im März", "before the move" is none, "昨天" is a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from kb.answering.days import MONTHS, day_in

_MONTH_NAMES = "|".join(
    sorted((name for name in MONTHS if len(name) > 2 or not name.isascii()), key=len, reverse=True)
)
# "may" and "mar" are words of their own: only after a preposition do they name a month.
_IN = r"(?:in|since|during|of|im|seit|ab|en|au mois de|depuis|desde|du mois de)"
_YEAR = r"(?:\s+(?:de\s+|of\s+)?(?P<{0}>(?:19|20)\d\d))?"
_ORDINALS = "first|second|third|fourth"


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
    for pattern, make in _FORMS:
        if found := pattern.search(question):
            try:
                made = make(found, today)
            except (ValueError, OverflowError):
                continue
            if made:
                return Period(made[0], made[1], found[0].strip())
    if day := day_in(question):
        return Period(day, day, "")
    return None


Made = tuple[date, date] | None


def _days_ago(count: int) -> Callable[[re.Match[str], date], Made]:
    return lambda _, today: (today - timedelta(count), today - timedelta(count))


def _weeks_ago(count: int) -> Callable[[re.Match[str], date], Made]:
    def make(_: re.Match[str], today: date) -> Made:
        monday = today - timedelta(today.weekday() + 7 * count)
        return monday, min(today, monday + timedelta(6)) if not count else monday + timedelta(6)

    return make


def _months_ago(count: int) -> Callable[[re.Match[str], date], Made]:
    def make(_: re.Match[str], today: date) -> Made:
        number = today.year * 12 + today.month - 1 - count
        first = date(number // 12, number % 12 + 1, 1)
        return first, min(today, _month_end(first)) if not count else _month_end(first)

    return make


def _years_ago(count: int) -> Callable[[re.Match[str], date], Made]:
    return lambda _, today: (date(today.year - count, 1, 1), date(today.year - count, 12, 31))


def _some_ago(found: re.Match[str], today: date) -> Made:
    count = int(found["count"])
    unit = found["unit"].casefold()
    if unit[0] in "dtj天":  # day, Tag, jour, día
        return today - timedelta(count), today - timedelta(count)
    if unit[0] in "ws周":
        return _weeks_ago(count)(found, today)
    return _months_ago(count)(found, today)


def _last_some(found: re.Match[str], today: date) -> Made:
    unit = found["unit"].casefold()[0]
    days = {"d": 1, "t": 1, "j": 1, "天": 1, "w": 7, "s": 7, "周": 7}.get(unit, 30)
    return today - timedelta(int(found["count"]) * days), today


def _month(found: re.Match[str], today: date) -> Made:
    number = MONTHS[found["month"].casefold()]
    year = int(found["year"]) if found["year"] else today.year - (number > today.month)
    first = date(year, number, 1)
    since = re.match(r"(?:since|seit|ab|depuis|desde)\b", found[0], re.IGNORECASE)
    return first, today if since else _month_end(first)


def _day_of_month(found: re.Match[str], today: date) -> Made:
    number = MONTHS.get(found["month"].casefold())
    if number is None:
        return None
    year = int(found["year"]) if found["year"] else today.year
    day = date(year, number, int(found["day"]))
    if not found["year"] and day > today + timedelta(300):
        day = day.replace(year=year - 1)
    return day, day


def _chinese_month(found: re.Match[str], today: date) -> Made:
    number = int(found["number"])
    year = int(found["year"]) if found["year"] else today.year - (number > today.month)
    first = date(year, number, 1)
    return first, _month_end(first)


def _chinese_day(found: re.Match[str], today: date) -> Made:
    day = date(today.year, int(found["number"]), int(found["day"]))
    return day, day


def _weekday(found: re.Match[str], today: date) -> Made:
    number = _WEEKDAYS[found["name"].casefold()]
    day = today - timedelta((today.weekday() - number - 1) % 7 + 1)
    return day, day


def _year(found: re.Match[str], _: date) -> Made:
    year = int(found["year"])
    return date(year, 1, 1), date(year, 12, 31)


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday montag lundi lunes",
            "tuesday dienstag mardi martes",
            "wednesday mittwoch mercredi miércoles",
            "thursday donnerstag jeudi jueves",
            "friday freitag vendredi viernes",
            "saturday samstag samedi sábado",
            "sunday sonntag dimanche domingo",
        )
    )
    for name in names.split()
}


def _forms() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Made]], ...]:
    days = "|".join(_WEEKDAYS)
    unit = r"(?P<unit>days?|weeks?|months?|tage?n?|wochen?|monate?n?|jours?|semaines?|mois|días?|semanas?|mes(?:es)?)"
    rows: tuple[tuple[str, Callable[[re.Match[str], date], Made]], ...] = (
        (r"\bday before yesterday\b|\bvorgestern\b|\bavant-hier\b|\banteayer\b|前天", _days_ago(2)),
        (r"\byesterday\b|\bgestern\b|\bhier\b(?! (?:ist|sind|bin|steht))|\bayer\b|昨天", _days_ago(1)),
        (r"\btoday\b|\bheute\b|\baujourd'hui\b|\bhoy\b|今天", _days_ago(0)),
        (
            r"\blast week\b|\bletzte(?:r|n)? woche\b|\bla semaine (?:dernière|passée)\b|\bla semana pasada\b|上周|上星期|上个星期",
            _weeks_ago(1),
        ),
        (
            r"\bthis week\b|\bdiese(?:r|n)? woche\b|\bcette semaine\b|\besta semana\b|这周|本周|这个星期",
            _weeks_ago(0),
        ),
        (
            r"\blast month\b|\bletzte[nrs]? monat\b|\ble mois dernier\b|\bel mes pasado\b|上个月|上月",
            _months_ago(1),
        ),
        (
            r"\bthis month\b|\bdiese[nrms]? monat\b|\bce mois(?:-ci)?\b|\beste mes\b|这个月|本月",
            _months_ago(0),
        ),
        (
            r"\blast year\b|\bletzte[nrs]? jahr\b|\bl'(?:an|année) derni(?:er|ère)\b|\bel año pasado\b|去年",
            _years_ago(1),
        ),
        (r"\bthis year\b|\bdiese[nrms]? jahr\b|\bcette année\b|\beste año\b|今年", _years_ago(0)),
        (
            rf"\b(?P<count>\d{{1,3}})\s+{unit}\s+ago\b|\bvor (?P<count2>\d{{1,3}}) (?P<unit2>tagen|wochen|monaten)\b",
            _ago_either,
        ),
        (
            rf"\b(?:in |over )?the (?:last|past) (?P<count>\d{{1,3}}) {unit}\b|\bin den letzten (?P<count2>\d{{1,3}}) (?P<unit2>tagen|wochen|monaten)\b",
            _last_either,
        ),
        (
            rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s+(?:de\s+|of\s+)?(?P<month>{_MONTH_NAMES})\b"
            + _YEAR.format("year"),
            _day_of_month,
        ),
        (
            rf"\b(?P<month>{_MONTH_NAMES})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year>(?:19|20)\d\d))?",
            _day_of_month,
        ),
        (rf"\b{_IN}\s+(?P<month>{_MONTH_NAMES})\b" + _YEAR.format("year"), _month),
        (r"(?P<number>1[0-2]|[1-9])月(?P<day>\d{1,2})[日号]", _chinese_day),
        (r"(?:(?P<year>\d{4})年)?(?P<number>1[0-2]|[1-9])月(?:份|里|中)?", _chinese_month),
        (rf"\b(?:on|last|am|letzte[nr]?|le|el)\s+(?P<name>{days})\b", _weekday),
        (r"\b(?:in|during|en|im jahr)\s+(?P<year>(?:19|20)\d\d)\b", _year),
    )
    return tuple((re.compile(pattern, re.IGNORECASE), make) for pattern, make in rows)


def _ago_either(found: re.Match[str], today: date) -> Made:
    return _some_ago(_Either(found), today)  # type: ignore[arg-type]


def _last_either(found: re.Match[str], today: date) -> Made:
    return _last_some(_Either(found), today)  # type: ignore[arg-type]


class _Either:
    """A match whose groups may stand in one of two languages."""

    def __init__(self, found: re.Match[str]) -> None:
        self._found = found

    def __getitem__(self, name: str) -> str:
        return self._found[name] or self._found[f"{name}2"] or ""


_FORMS = _forms()
