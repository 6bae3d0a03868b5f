"""Days and times as people and programs write them in properties: the common forms, in several languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time

_MONTHS = [
    "january jan januar janvier janv enero ene gennaio gen janeiro januari января январь янв",
    "february feb februar février févr fév febrero febbraio fevereiro fev februari февраля февраль фев",
    "march mar märz mär mrz mars marzo março maart mrt марта март мар",
    "april apr avril avr abril abr aprile апреля апрель апр",
    "may mai mayo maggio mag maio mei мая май",
    "june jun juni juin junio giugno giu junho июня июнь июн",
    "july jul juli juillet juil julio luglio lug julho июля июль июл",
    "august aug août agosto ago augustus августа август авг",
    "september sep sept septembre septiembre settembre set setembro сентября сентябрь сен",
    "october oct oktober okt octobre octubre ottobre ott outubro out октября октябрь окт",
    "november nov novembre noviembre novembro ноября ноябрь ноя",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro декабря декабрь дек",
]
_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_WEEKDAY = re.compile(
    r"(?<!\w)(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?(?!\w)|(?<!\w)(?:montag|dienstag|mittwoch|donnerstag"
    r"|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes"
    r"|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica"
    r"|segunda(?:-feira)?|terça(?:-feira)?|quarta(?:-feira)?|quinta(?:-feira)?|sexta(?:-feira)?|maandag|dinsdag|woensdag"
    r"|donderdag|vrijdag|zaterdag|zondag|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)(?!\w)[.,]?"
)
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


def read_day(text: str) -> date | None:
    """The day that `text` is, in one of the common forms; 03/04/2024 is none, for it means two days."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(text) > _LONGEST:
        return None
    if (found := _day(text)) is not None:
        return found
    without = _WEEKDAY.sub("", text)
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
    return next((day for parts in _readings(text) if (day := _date(*parts)) is not None), None)


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
        yield match[3], _NUMBERS.get(match[1], 0), match[2]
    if match := _WORD_SECOND.fullmatch(text):
        yield match[3], _NUMBERS.get(match[2], 0), match[1]
    if match := _WORD_BETWEEN.fullmatch(text):
        yield match[1], _NUMBERS.get(match[2], 0), match[3]
    if len(text) == len("20240309") and (match := _STAMP.fullmatch(text)):
        yield match[1], match[2], match[3]


def _date(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
