"""What kb knows of each language, from one file a language and kind in kb/text/data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class LanguageData:
    """What is written by hand of a language; empty where nothing is."""

    function_words: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()  # particles written as one with the word after them
    endings: tuple[str, ...] = ()  # and with the word before them
    shortest: int = 2  # letters of a word without its particles


@cache
def language_data(language: str) -> LanguageData:
    """What is written by hand of `language`, an ISO 639-1 code."""
    file = _FOLDER / f"{language}.toml"
    if not file.is_file():
        return LanguageData()
    value = tomllib.loads(file.read_text(encoding="utf-8"))
    return LanguageData(
        function_words=frozenset(value.get("function_words", "").split()),
        prefixes=_longest_first(value.get("prefixes", "")),
        endings=_longest_first(value.get("endings", "")),
        shortest=value.get("shortest", 2),
    )


@cache
def irregular_forms(language: str) -> dict[str, tuple[str, ...]]:
    """The dictionary forms of words for which no stemmer finds them."""
    file = _FOLDER / f"{language}.forms"
    if not file.is_file():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return {word: tuple(lemmas) for word, *lemmas in map(str.split, lines)}


def _longest_first(words: str) -> tuple[str, ...]:
    return tuple(sorted(set(words.split()), key=len, reverse=True))
