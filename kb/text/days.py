"""The day that a text names, with its year; the day that a heading or an entry of a log begins with."""

from __future__ import annotations

import re
from datetime import date

from kb.text.characters import plain
from kb.text.date_tables import month_numbers

_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_WORDS = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+|d['’])?([^\W\d_]{3,14})\.?,?\s+(?:de\s+)?(\d{4})\b"
)
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,14})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]")
_BEGINNING = 24  # characters in which an entry's day stands


def day_in(text: str) -> date | None:
    """The day written in `text`, with its year; None where there is none."""
    if (found := _ISO.search(text)) or (found := _EAST_ASIAN.search(text)):
        return calendar_day(found[1], found[2], found[3])
    if found := _DAY_FIRST.search(text):
        return calendar_day(found[3], found[2], found[1])
    for found in _WORDS.finditer(text):
        if month := month_numbers().get(plain(found[2])):
            return calendar_day(found[3], month, found[1])
    for found in _MONTH_FIRST.finditer(text):
        if month := month_numbers().get(plain(found[1])):
            return calendar_day(found[3], month, found[2])
    return None


def entry_day(text: str) -> date | None:
    """The day at the beginning of a log's entry, as in `2026-03-01: engine sold`."""
    return day_in(text[:_BEGINNING])


def after_entry_day(text: str) -> int:
    """Where an entry's text begins, after the day it starts with; 0 where it starts with none."""
    for pattern in (_ISO, _EAST_ASIAN, _DAY_FIRST, _WORDS, _MONTH_FIRST):
        if (found := pattern.search(text[:_BEGINNING])) and not text[: found.start()].strip("*_[]( "):
            return found.end()
    return 0


def calendar_day(year: str, month: str | int, day: str) -> date | None:
    """The day of these numbers; None where the calendar has none."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
