"""How daily notes are called, as Obsidian and Logseq are set: patterns of moment.js, and the day that a path is of by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kb.files.small import parse_json, read_small
from kb.notes.journal import day_in_name
from kb.notes.suffixes import stem
from kb.notes.template import DAY, DAYS, MONTHS, TOKEN, with_literals

_DAILY = Path(".obsidian", "daily-notes.json")
_PERIODIC = Path(".obsidian", "plugins", "periodic-notes", "data.json")
_LOGSEQ = Path("logseq", "config.edn")
_MOST_BYTES = 200_000
_EDN_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*+")|;[^\r\n]*+')
_EDN_VALUE = r'{}\s++"((?:[^"\\]|\\.)*+)"'
# Java's letters, in which Logseq's settings write days, and moment's.
_JAVA = {
    "yyyy": "YYYY",
    "yy": "YY",
    "dd": "DD",
    "do": "Do",
    "d": "D",
    "EEEE": "dddd",
    "EEE": "ddd",
    "E": "ddd",
}
_JAVA_TOKEN = re.compile(r"'([^']*)'|yyyy|yy|do|dd|d|EEEE|EEE|E|MMMM|MMM|MM|M|[A-Za-z]+|[^A-Za-z']+")
_SHORT = {"YYYY": r"\d{4}", "GGGG": r"\d{4}", "gggg": r"\d{4}", "Do": r"\d{1,2}(?:st|nd|rd|th)"}
_LONGEST = 400  # characters of a path or pattern
_MOST_TOKENS = 16  # of a pattern, so that none takes long to be tried


@dataclass(frozen=True, slots=True)
class DayPattern:
    """How a program names daily notes."""

    pattern: str  # of moment.js, with the folder, without .md
    template: str = ""  # the note that new ones begin as; empty for none


def set_patterns(vault: Path) -> list[DayPattern]:
    """What the programs of the vault are set to, the first being where new daily notes go; none where none is set."""
    found = [
        *_periodic(_json(vault / _PERIODIC)),
        *_obsidian(_json(vault / _DAILY)),
        *_logseq(vault / _LOGSEQ),
    ]
    return list(dict.fromkeys(one for one in found if len(one.pattern) <= _LONGEST))


class DayNames:
    """Reads days off the paths of notes: by patterns first, else by the usual forms."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._forms = [form for pattern in patterns if (form := _compiled(pattern))]

    def day_of(self, path: str) -> date | None:
        """The day that the note at `path` is of by its name."""
        bare = re.sub(r"\.(?:md|markdown)$", "", path, flags=re.IGNORECASE)
        for form in self._forms if len(bare) <= _LONGEST else ():
            if (match := form.search(bare)) and (day := _day(match)):
                return day
        return day_in_name(stem(path))


def _periodic(settings: dict[str, Any]) -> Iterator[DayPattern]:
    """The plugin Periodic Notes, in its older and its newer form."""
    sets = settings.get("calendarSets")
    newer = [one.get("day") for one in sets if isinstance(one, dict)] if isinstance(sets, list) else []
    for one in (settings.get("daily"), *newer):
        if isinstance(one, dict) and one.get("enabled") is True:
            yield from _obsidian({**one, "template": one.get("template") or one.get("templatePath")}, "x")


def _obsidian(settings: dict[str, Any], given: str = "") -> Iterator[DayPattern]:
    if not settings and not given:
        return
    folder, pattern, template = (
        value.strip("/ ") if isinstance(value := settings.get(name), str) else ""
        for name in ("folder", "format", "template")
    )
    yield DayPattern(f"[{folder}/]{pattern or DAY}" if folder else pattern or DAY, template)


def _logseq(file: Path) -> Iterator[DayPattern]:
    text = _text(file)
    if text is None:
        return
    text = _EDN_COMMENT.sub(lambda match: match[1] or "", text)
    folder = _edn(text, ":journals-directory") or "journals"
    # Older graphs have no format of file names: journals are called by their titles.
    pattern = _edn(text, ":journal/file-name-format") or "yyyy_MM_dd"
    yield DayPattern(f"[{folder.strip('/')}/]{_from_java(pattern)}")
    if title := _edn(text, ":journal/page-title-format"):
        yield DayPattern(f"[{folder.strip('/')}/]{_from_java(title)}")


def _edn(text: str, key: str) -> str:
    match = re.search(_EDN_VALUE.format(re.escape(key)), text)
    return match[1] if match else ""


def _from_java(pattern: str) -> str:
    def token(match: re.Match[str]) -> str:
        if match[1] is not None:
            return f"[{match[1]}]"
        return _JAVA.get(match[0], match[0])

    return _JAVA_TOKEN.sub(token, pattern)


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """What finds the pattern's year, month and day at the end of a path; None when it lacks one of them."""
    parts: list[str] = []
    groups: set[str] = set()
    position = 0
    pattern = with_literals(pattern)
    if len(pattern) > _LONGEST or len(TOKEN.findall(pattern)) > _MOST_TOKENS:
        return None
    for match in TOKEN.finditer(pattern):
        parts.append(re.escape(pattern[position : match.start()]))
        position = match.end()
        if match[1] is not None:
            parts.append(re.escape(match[1]))
            continue
        name = {"Y": "year", "M": "month", "D": "day"}.get(match[0][0], "")
        form = _form(match[0])
        if name and name not in groups:
            groups.add(name)
            form = f"(?P<{name}>{form})"
        parts.append(form)
    parts.append(re.escape(pattern[position:]))
    if groups != {"year", "month", "day"}:
        return None
    return re.compile(f"(?:^|/){''.join(parts)}$", re.IGNORECASE)


def _form(letters: str) -> str:
    if letters == "MMMM":
        return f"(?:{'|'.join(MONTHS)})"
    if letters == "MMM":
        return f"(?:{'|'.join(month[:3] for month in MONTHS)})"
    if letters in ("dddd", "ddd", "dd"):
        size = {"dddd": 9, "ddd": 3, "dd": 2}[letters]
        return f"(?:{'|'.join(day[:size] for day in DAYS)})"
    if letters in ("A", "a"):
        return "[AaPp][Mm]"
    return _SHORT.get(letters, r"\d{2}" if len(letters) == 2 else r"\d{1,2}")


def _day(match: re.Match[str]) -> date | None:
    words = [month.casefold() for month in MONTHS]
    year, month = match["year"], match["month"].casefold()
    number = next((index for index, word in enumerate(words, 1) if word.startswith(month)), 0)
    try:
        return date(
            int(year) if len(year) == 4 else 2000 + int(year),
            number if month.isalpha() else int(month),
            int(re.match(r"\d+", match["day"])[0]),  # type: ignore[index]
        )
    except ValueError:
        return None


def _json(file: Path) -> dict[str, Any]:
    try:
        found = parse_json(read_small(file, follow=False))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(file: Path) -> str | None:
    try:
        return read_small(file, _MOST_BYTES, follow=False).decode("utf-8", "replace")
    except OSError:
        return None
