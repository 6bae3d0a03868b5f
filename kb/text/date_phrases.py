"""The forms in which a language names a time, as patterns over its table, the surest first."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial

from kb.text.characters import plain
from kb.text.date_tables import DateTable, date_table
from kb.text.numbers import number_words

Days = tuple[date, date]
_UNITS = ("day", "week", "month", "year")
_YEAR = r"(?:19|20)\d\d"
_AHEAD = timedelta(300)  # a day of a month without a year that lies farther ahead was last year's
_EAST_ASIAN = ("zh", "ja", "ko")
_UNSPACED = ("zh", "ja", "th", "ko")  # and Korean, whose particles stand at a word
_SHORTEST_ALONE = 5  # letters of a month that needs no word before it
_ENDING = 4  # letters that a month may take on: Turkish, Finnish, Polish


@dataclass(frozen=True, slots=True)
class Phrase:
    """One form, and what it makes of a match."""

    pattern: re.Pattern[str]
    make: Callable[[re.Match[str], date], Days | None]

    def days(self, found: re.Match[str], today: date) -> Days | None:
        """First and last day; None where the match names none."""
        try:
            return self.make(found, today)
        except (ValueError, OverflowError):
            return None


@cache
def phrases_of(language: str, *, whole: bool) -> tuple[Phrase, ...]:
    """The forms of `language`. With `whole`, a month or weekday alone is one, too; for texts that are nothing else."""
    table = date_table(language)
    if table is None:
        return ()
    rows = (
        *_relative(table),
        *_counted(table),
        *_dates(table),
        *_months(table, whole=whole),
        *_weekdays(table, whole=whole),
        *_years(table),
    )
    return tuple(Phrase(re.compile(pattern, re.IGNORECASE), make) for pattern, make in rows)


Rows = Iterable[tuple[str, Callable[[re.Match[str], date], Days | None]]]


def _relative(table: DateTable) -> Rows:
    """Yesterday, last week. What lies farther away comes first: "day before yesterday" holds "yesterday"."""
    for (unit, away), forms in sorted(table.relative.items(), key=lambda item: (-abs(item[0][1]), item[0])):
        # French "hier" is German for "here".
        after = r"(?! (?:ist|sind|bin|steht|war|gibt)\b)" if table.language == "fr" else ""
        before = "".join(rf"(?<!\b{re.escape(word)} )" for word in table.not_after) if unit == "day" else ""
        yield before + _bounded(table, forms, after), partial(_away, unit, away)


def _away(unit: str, away: int, _: re.Match[str], today: date) -> Days:
    """A day, or the calendar week, month or year, which ends today when it is this one."""
    if unit == "day":
        return (today + timedelta(away),) * 2
    if unit == "week":
        first = today + timedelta(7 * away - today.weekday())
        last = first + timedelta(6)
    elif unit == "month":
        first = _month_of(today, away)
        last = _month_end(first)
    else:
        first, last = date(today.year + away, 1, 1), date(today.year + away, 12, 31)
    return first, min(today, last) if away == 0 else last


def _counted(table: DateTable) -> Rows:
    number = r"(?P<count>\d{1,11}|" + "|".join(number_words(table.language) or ("0",)) + ")"
    for unit in _UNITS:
        if forms := table.ago.get(unit):
            yield _bounded(table, forms, number=number), partial(_ago, table.language, unit)
        if forms := table.past.get(unit):
            yield _bounded(table, forms, number=number), partial(_up_to_today, table.language, unit)


def _ago(language: str, unit: str, found: re.Match[str], today: date) -> Days:
    """Days are counted; a week, month or year ago is all of that one."""
    count = _count(language, found)
    if unit == "day":
        return (today - timedelta(count),) * 2
    return _away(unit, -count, found, today)


def _up_to_today(language: str, unit: str, found: re.Match[str], today: date) -> Days:
    size = {"day": 1, "week": 7, "month": 30, "year": 365}[unit]
    return today - timedelta(_count(language, found) * size), today


def _count(language: str, found: re.Match[str]) -> int:
    """The number of a match; of a phrase without one, 1."""
    said = next((text for name, text in found.groupdict().items() if name.startswith("count") and text), "1")
    return int(said) if said.isdecimal() else number_words(language)[plain(said)]


def _dates(table: DateTable) -> Rows:
    """The 5th of March, March 5; with or without a year."""
    if table.language in _EAST_ASIAN:
        yield (
            r"(?:(?P<year>\d{4})\s*[年년]\s*)?(?P<number>1[0-2]|0?[1-9])\s*[月월]\s*(?P<day>\d{1,2})\s*[日号號일]",
            _day,
        )
        return
    months = _any(table.months)
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
    year = rf"(?:,?\s+(?:de\s+)?(?P<year>{_YEAR}))?"
    yield rf"\b{day}\s+(?:de\s+|of\s+|d['’])?(?P<month>{months})\b\.?{year}", partial(_day, table=table)
    yield (
        rf"\b(?P<month>{months})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,?\s+(?P<year>{_YEAR}))?",
        partial(_day, table=table),
    )


def _day(found: re.Match[str], today: date, table: DateTable | None = None) -> Days:
    number = int(found["number"]) if table is None else table.months[plain(found["month"])]
    day = date(int(found["year"] or today.year), number, int(found["day"]))
    if not found["year"] and day > today + _AHEAD:
        day = day.replace(year=day.year - 1)
    return day, day


def _months(table: DateTable, *, whole: bool) -> Rows:
    if table.language in _EAST_ASIAN:
        yield (
            r"(?:(?P<year>\d{4})\s*[年년]\s*)?(?P<number>1[0-2]|0?[1-9])\s*[月월](?:份|里|中)?(?!\s*\d)",
            partial(_month, table),
        )
        if named := _any(name for name in table.months if not name[0].isdigit()):
            yield rf"(?:(?P<year>\d{{4}})\s*[年년]\s*)?(?P<month>{named})", partial(_month, table)
        return
    year = rf"(?:\s+(?:de\s+|of\s+)?(?P<year>{_YEAR}))"
    months = _any(table.months)
    if whole:
        yield rf"(?P<since>{_any(table.since)}\s+)?(?P<month>{months})\.?{year}?", partial(_month, table)
        return
    if table.before_month:
        before = rf"(?P<before>{_any(table.before_month)})"
        yield rf"\b{before}\s+(?P<month>{months})\b{year}?", partial(_month, table)
    else:
        full = _any(name for name in table.months if len(name) >= _SHORTEST_ALONE)
        if full:
            yield rf"(?<!\w)(?P<month>{full})\w{{0,{_ENDING}}}(?:['’]\w+)?\b{year}?", partial(_month, table)
    yield rf"\b(?P<month>{months})\b{year}", partial(_month, table)


def _month(table: DateTable, found: re.Match[str], today: date) -> Days:
    groups = found.groupdict()
    number = int(groups["number"]) if groups.get("number") else table.months[plain(found["month"])]
    year = int(found["year"]) if found["year"] else today.year - (number > today.month)
    first = date(year, number, 1)
    said = groups.get("since") or groups.get("before") or ""
    return first, today if said and plain(said).strip() in table.since else _month_end(first)


def _weekdays(table: DateTable, *, whole: bool) -> Rows:
    days = _any(table.weekdays)
    if not days:
        return
    if table.language in _UNSPACED or not (whole or table.before_weekday):
        pattern = rf"(?P<name>{days})" if table.language in _UNSPACED else rf"(?<!\w)(?P<name>{days})(?!\w)"
    else:
        before = rf"(?P<before>{_any(table.before_weekday)})\s+"
        pattern = rf"\b(?:{before}){'?' if whole else ''}(?P<name>{days})\b"
    yield pattern, partial(_weekday, table)


def _weekday(table: DateTable, found: re.Match[str], today: date) -> Days:
    day = today - timedelta((today.weekday() - table.weekdays[plain(found["name"])] - 1) % 7 + 1)
    said = plain(found.groupdict().get("before") or "")
    return day, today if said in table.since else day


def _years(table: DateTable) -> Rows:
    if table.language in _EAST_ASIAN:
        yield rf"(?P<year>{_YEAR})\s*[年년]", _year
    elif table.before_year:
        yield rf"\b(?:{_any(table.before_year)})\s+(?P<year>{_YEAR})\b(?![-/.]\d)", _year


def _year(found: re.Match[str], _: date) -> Days:
    year = int(found["year"])
    return date(year, 1, 1), date(year, 12, 31)


def _bounded(table: DateTable, forms: Iterable[str], after: str = "", number: str = "") -> str:
    """Any of `forms`, as whole words where words have spaces between them."""
    is_spaced = table.language not in _UNSPACED
    written = []
    for index, form in enumerate(sorted(forms, key=len, reverse=True)):
        # A group has one name in a pattern.
        counted = number.replace("count", f"count{index}") + (r"" if is_spaced else r"\s*")
        escaped = counted.join(map(re.escape, form.split("#")))
        written.append(escaped.replace(r"\ ", r"\s+" if is_spaced else r"\s*"))
    body = "|".join(written)
    return rf"(?<!\w)(?:{body})(?!\w){after}" if is_spaced else f"(?:{body})"


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _month_of(today: date, away: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + away, 12)
    return date(year, month + 1, 1)


def _month_end(first: date) -> date:
    return date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])
