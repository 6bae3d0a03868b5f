"""The language of a question, which is short, and whether a text is in another."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.text.language import UNCERTAIN, language_told
from kb.text.language_data import language_data

_BY_SMALL_WORDS = ("en", "de", "fr", "es", "it", "pt", "nl")
_RARER = ("it", "pt", "nl")  # they share many small words with those before them, which are likelier
_WORD = re.compile(r"[^\W\d_]+")
_GERMAN = re.compile(
    r"\b(?:der|das|den|dem|ein|eine|ist|sind|habe|haben|wann|wer|wie|warum|welche[nrs]?|und|für|nicht|mit|von|zum|zur|im)\b"
)


def is_german(question: str) -> bool:
    """Whether a question, however short, is German by its small words."""
    if not _GERMAN.search(question):
        return False
    held = _small_words(question)  # "Where does Jan van der Berg live?" is English all the same
    return held["de"] >= max(held.values())


@lru_cache(maxsize=64)
def question_language(question: str) -> str:
    """The code of the language that `question` is in; UNCERTAIN where it may be any.

    A question is too short for what tells the language of texts; its small words tell it.
    """
    if is_german(question):
        return "de"
    held = _small_words(question)
    best, next_best = sorted(held, key=lambda code: -held[code])[:2]
    if held[best] > held[next_best] or (held[best] and next_best in _RARER):
        return best
    return language_told(question)


def _small_words(question: str) -> dict[str, int]:
    """How many words of `question` are small words of each language."""
    words = _WORD.findall(question.casefold())
    return {
        code: sum(map(language_data(code).function_words.__contains__, words)) for code in _BY_SMALL_WORDS
    }


def is_foreign_to(question: str, text: str) -> bool:
    """Whether `text` is surely in another language than `question`."""
    asked_in, own = question_language(question), language_told(text)
    return UNCERTAIN not in (asked_in, own) and own != asked_in
