"""Fills the templates of notes, as Obsidian's own plugin for templates does: {{title}}, {{date}}, {{time:HH:mm}}."""

from __future__ import annotations

import re
from datetime import datetime

_GAP = re.compile(r"\{\{\s*(title|date|time)\s*(?::([^{}\n]*))?\}\}", re.IGNORECASE)
# A pattern of moment.js, in which Obsidian's settings write days; what stands in [brackets] stays as it is.
TOKEN = re.compile(
    r"\[([^\[\]]*+)\]|YYYY|YY|MMMM|MMM|MM|M|DD|Do|D|dddd|ddd|dd|HH|H|hh|h|mm|m|ss|s|A|a|ww|W|gggg|GGGG"
)
_TOKENS = re.compile(f"(?:{TOKEN.pattern})++")
_RUN = re.compile(r"\[[^\]]{0,200}\]|[^\W\d_]+")
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
DAY, TIME = "YYYY-MM-DD", "HH:mm"


def filled(template: str, title: str, moment: datetime) -> str:
    """`template` with its gaps filled."""

    def value(match: re.Match[str]) -> str:
        name, pattern = match[1].lower(), (match[2] or "").strip()
        if name == "title":
            return title
        return written(moment, pattern or (DAY if name == "date" else TIME))

    return _GAP.sub(value, template)


def written(moment: datetime, pattern: str) -> str:
    """`moment` as `pattern` writes it."""
    month, weekday, hour = MONTHS[moment.month - 1], DAYS[moment.weekday()], moment.hour % 12 or 12
    year, week, _ = moment.isocalendar()
    values = {
        "YYYY": f"{moment.year:04}", "YY": f"{moment.year % 100:02}", "GGGG": f"{year:04}", "gggg": f"{year:04}",
        "MMMM": month, "MMM": month[:3], "MM": f"{moment.month:02}", "M": str(moment.month),
        "DD": f"{moment.day:02}", "D": str(moment.day), "Do": f"{moment.day}{ordinal(moment.day)}",
        "dddd": weekday, "ddd": weekday[:3], "dd": weekday[:2], "ww": f"{week:02}", "W": str(week),
        "HH": f"{moment.hour:02}", "H": str(moment.hour), "hh": f"{hour:02}", "h": str(hour),
        "mm": f"{moment.minute:02}", "m": str(moment.minute), "ss": f"{moment.second:02}", "s": str(moment.second),
        "A": f"{moment:%p}", "a": f"{moment:%p}".lower(),
    }  # fmt: skip
    return TOKEN.sub(lambda match: match[1] if match[1] is not None else values[match[0]], pattern)


def with_literals(pattern: str) -> str:
    """`pattern` with brackets around words that are none of its tokens, so that "Journal/YYYY" means what it seems to."""
    return _RUN.sub(
        lambda run: run[0] if run[0][0] == "[" or _TOKENS.fullmatch(run[0]) else f"[{run[0]}]", pattern
    )


def ordinal(day: int) -> str:
    """The letters behind a day's number: 1st, 2nd, 11th."""
    if 10 < day % 100 < 14:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
