"""Numbers in words, by language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kb.text.characters import plain
from kb.text.language_data import language_data

_TOGETHER = ("en", "de", "es", "fr")
_OTHER_WORDS = frozenset({"once"})  # Spanish eleven; more often an adverb in English


@cache
def number_words(language: str) -> Mapping[str, int]:
    """Each whole number's words in `language`, in the form in which words are compared."""
    return {word: int(value) for word, value in _said(language).items() if value.isdecimal()}


@cache
def spoken_numbers() -> Mapping[str, str]:
    """Words of the languages that answers know, with their number: `two` is "2", `half` is "1/2"."""
    found = {word: value for code in _TOGETHER for word, value in _said(code).items()}
    return {word: value for word, value in found.items() if word not in _OTHER_WORDS}


def _said(language: str) -> dict[str, str]:
    lines = (line.split() for line in language_data(language).numbers.splitlines())
    return {plain(word): value for value, *words in filter(None, lines) for word in words}
