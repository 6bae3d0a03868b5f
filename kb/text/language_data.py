"""What kb knows of each language, from one file a language and kind in kb/text/data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
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
    negations: frozenset[str] = frozenset()
    no_negations: frozenset[str] = frozenset()  # that look like one
    counting: tuple[tuple[float, tuple[str, ...]], ...] = ()  # numbers and parts with the words for each
    doubtful_numbers: frozenset[str] = frozenset()  # of these words, what is more often none
    number_joins: frozenset[str] = frozenset()  # what stands between the words of one number
    opposites: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()  # words of one side and of the other
    synonyms: tuple[frozenset[str], ...] = ()  # words that may stand for one another
    stating_nothing: frozenset[str] = frozenset()  # words that state nothing by themselves
    numbers: str = ""  # lines of a number and the words for it; see kb.text.numbers
    irregular: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # form to its dictionary forms
    separable: tuple[str, ...] = ()  # what may part from a verb: `auf` in `aufgeräumt`, `aufzuräumen`
    verb_endings: tuple[str, ...] = ()  # these and the next two of Korean, see kb.text.korean
    after_infinitive: tuple[str, ...] = ()
    after_past: tuple[str, ...] = ()


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
        negations=frozenset(value.get("negations", "").split()),
        no_negations=frozenset(value.get("no_negations", "").split()),
        counting=tuple(_counted(line) for line in _lines(value, "counting")),
        doubtful_numbers=frozenset(value.get("doubtful_numbers", "").split()),
        number_joins=frozenset(value.get("number_joins", "").split()),
        opposites=tuple(_sides(line) for line in _lines(value, "opposites")),
        synonyms=tuple(frozenset(line.split()) for line in _lines(value, "synonyms")),
        stating_nothing=frozenset(value.get("stating_nothing", "").split()),
        numbers=value.get("numbers", ""),
        irregular=_pairs(value.get("irregular", "")),
        separable=_longest_first(value.get("separable", "")),
        verb_endings=_longest_first(value.get("verb_endings", "")),
        after_infinitive=tuple(value.get("after_infinitive", ())),
        after_past=_longest_first(value.get("after_past", "")),
    )


@cache
def irregular_forms(language: str) -> dict[str, tuple[str, ...]]:
    """The dictionary forms of words for which no stemmer finds them."""
    file = _FOLDER / f"{language}.forms"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else ()
    return {word: tuple(lemmas) for word, *lemmas in map(str.split, lines)} | dict(
        language_data(language).irregular
    )


def units() -> dict[str, dict[float, str]]:
    """Units by dimension: how many of its base unit one is, and its names."""
    value = tomllib.loads((_FOLDER / "units.toml").read_text(encoding="utf-8"))
    return {
        dimension: {float(factor): names for factor, names in of_it.items()}
        for dimension, of_it in value.items()
    }


def _lines(value: Mapping[str, str], name: str) -> list[str]:
    return value.get(name, "").strip().splitlines()


def _counted(line: str) -> tuple[float, tuple[str, ...]]:
    """`1/3 third thirds` as a number and its words; a whole one is an int."""
    number, *words = line.split()
    value = Fraction(number)
    return (value.numerator if value.denominator == 1 else float(value)), tuple(words)


def _sides(line: str) -> tuple[frozenset[str], frozenset[str]]:
    one, _, other = line.partition("|")
    return frozenset(one.split()), frozenset(other.split())


def _pairs(text: str) -> dict[str, tuple[str, ...]]:
    """`anduvo andar, leaves leave leaf` as each form with its dictionary forms."""
    return {word: tuple(lemmas) for word, *lemmas in (one.split() for one in text.split(",") if one.strip())}


def _longest_first(words: str) -> tuple[str, ...]:
    return tuple(sorted(set(words.split()), key=len, reverse=True))
