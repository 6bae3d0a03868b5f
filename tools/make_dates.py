"""Write kb/text/data/dates/*.toml for languages whose tables nobody wrote by hand, from Unicode's CLDR as dateparser holds it.

python tools/make_dates.py
"""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "kb" / "text" / "data" / "dates"
LANGUAGES = "ar ca cs da el fa fi he hi hu id it ja ko nb nl pl pt ro ru sv th tr uk vi".split()
MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
UNITS = ("day", "week", "month", "year")
COUNT = re.compile(r"\(\\d[^)]*\)")
SHORTEST = 3  # letters of a name in Latin letters; "mar" and its like need more than themselves to be a date


def named(info: dict[str, Any]) -> dict[str, list[str]]:
    """`yesterday` and its like, by unit and how many of them away."""
    found: dict[str, list[str]] = {}
    for unit in UNITS:
        for away in (-2, -1, 0, 1, 2):
            key = f"in {away} {unit}" if away > 0 else f"{-away} {unit} ago"
            if words := _telling(info.get("relative-type", {}).get(key, ())):
                found[f"{unit} {away}"] = words
    return found


def ago(info: dict[str, Any]) -> dict[str, list[str]]:
    """`# days ago`, by unit."""
    every = info.get("relative-type-regex", {})
    return {unit: _telling(COUNT.sub("#", one) for one in every.get(f"\\1 {unit} ago", ())) for unit in UNITS}


def table(language: str) -> str:
    """The file's text."""
    info = importlib.import_module(f"dateparser.data.date_translation_data.{language}").info
    lines = ["# From CLDR (Unicode License v3), by tools/make_dates.py."]
    for name, keys in (("months", MONTHS), ("weekdays", WEEKDAYS)):
        lines.append(f"{name} = [")
        lines += [f"    {_quoted(_telling(info[key]))}," for key in keys]
        lines.append("]")
    for name, found in (("relative", named(info)), ("ago", ago(info))):
        lines.append(f"[{name}]")
        lines += [f'"{key}" = {_quoted(words)}' for key, words in found.items() if words]
    return "\n".join(lines) + "\n"


def _telling(words: Any) -> list[str]:
    return [
        word
        for word in dict.fromkeys(one.strip().casefold() for one in words)
        if len(word) >= (SHORTEST if word[-1:] < "\u0250" else 2) and not set("()\\|") & set(word)
    ]


def _quoted(words: list[str]) -> str:
    return json.dumps("|".join(words), ensure_ascii=False, allow_nan=False)


def main() -> None:
    """Write one file a language."""
    for language in LANGUAGES:
        (DATA / f"{language}.toml").write_text(table(language), encoding="utf-8")


if __name__ == "__main__":
    main()
