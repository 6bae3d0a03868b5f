"""How each language writes and says months, days and periods: one table a language, in kb/text/data/dates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "data" / "dates"
# Written by hand, and tried for any text; in these a month's name may be another word, so that more than it is asked for.
WRITTEN = ("en", "de", "fr", "es", "zh")


@dataclass(frozen=True, slots=True)
class DateTable:
    """The words of one language; `#` in a phrase is a number."""

    language: str
    months: Mapping[str, int]  # each name with its number, 1 to 12
    weekdays: Mapping[str, int]  # Monday is 0
    relative: Mapping[tuple[str, int], tuple[str, ...]]  # (unit, how many away): ("day", -1) is yesterday
    ago: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by unit
    past: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # a stretch up to today, by unit
    before_month: tuple[str, ...] = ()  # words before a month that is meant as a time
    before_year: tuple[str, ...] = ()
    before_weekday: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()  # before which a day is none: "heute morgen", "por la mañana"
    since: tuple[str, ...] = ()  # those of them that reach up to today

    @property
    def is_written_by_hand(self) -> bool:
        """Whether a month needs a word before it."""
        return self.language in WRITTEN


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a table, those written by hand first."""
    others = sorted(file.stem for file in _FOLDER.glob("*.toml") if file.stem not in WRITTEN)
    return (*WRITTEN, *others)


@cache
def date_table(language: str) -> DateTable | None:
    """The table of `language`, an ISO 639-1 code; None where there is none."""
    file = _FOLDER / f"{language}.toml"
    if not file.is_file():
        return None
    value = tomllib.loads(file.read_text(encoding="utf-8"))
    relative = {key.rpartition(" ")[::2]: _forms(text) for key, text in value["relative"].items()}
    return DateTable(
        language=language,
        months=_numbered(value["months"], 1),
        weekdays=_numbered(value["weekdays"], 0),
        relative={(unit, int(away)): forms for (unit, away), forms in relative.items()},
        ago=_by_unit(value.get("ago", {})),
        past=_by_unit(value.get("past", {})),
        before_month=_forms(value.get("in", "")),
        before_year=_forms(value.get("year_in", "")),
        before_weekday=_forms(value.get("on", "")),
        not_after=_forms(value.get("not_after", "")),
        since=_forms(value.get("since", "")),
    )


@cache
def month_numbers() -> Mapping[str, int]:
    """Every month's name in any language, lower case, with its number; where two differ, the first table's."""
    found: dict[str, int] = {}
    for language in languages():
        if table := date_table(language):
            for name, number in table.months.items():
                found.setdefault(name, number)
    return found


def _forms(text: str) -> tuple[str, ...]:
    return tuple(form for form in text.split("|") if form)


def _by_unit(value: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {unit: _forms(text) for unit, text in value.items()}


def _numbered(lists: list[str], first: int) -> dict[str, int]:
    return {name: number for number, text in enumerate(lists, first) for name in _forms(text)}
