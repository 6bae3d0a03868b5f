"""Words of notes and names, in the form in which they are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Scripts without spaces give a word per character.
_WORD = re.compile(
    "[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff]"
    "|(?:(?![\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff])"
    r"[^\W_])+(?:['’][^\W_]+)*+(?:\+\+|\#(?!\w))?"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_VOWEL = re.compile("[aeiouy]")


class Word(NamedTuple):
    """A word and where it stands."""

    start: int
    end: int
    stem: str


def words(text: str) -> list[Word]:
    """The words of `text`, in order."""
    return [Word(match.start(), match.end(), stem(match[0])) for match in _WORD.finditer(text)]


def key_of(name: str) -> tuple[str, ...]:
    """What a name and its inflected forms have in common; empty for a name without words."""
    return tuple(stem(match[0]) for match in _WORD.finditer(name))


@lru_cache(maxsize=262_144)
def fold(word: str) -> str:
    """Without case and diacritics."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", "".join(part for part in parts if not unicodedata.combining(part)))


@lru_cache(maxsize=262_144)
def stem(word: str) -> str:
    """The folded word without the commonest English endings.

    Coarse on purpose: whether the forms mean the same is for the ranker to judge, which sees them both.
    """
    folded = _POSSESSIVE.sub("", fold(word))
    if len(folded) < 4 or not folded.isalpha() or not folded.isascii():
        return folded
    if folded.endswith("ies") and len(folded) > 4:
        return folded[:-3] + "y"
    if folded.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return folded[:-2]
    if folded.endswith("s") and not folded.endswith(("ss", "us", "is")):
        folded = folded[:-1]
    for ending in ("ing", "ed"):
        rest = folded[: -len(ending)]
        if folded.endswith(ending) and len(rest) > 2 and _VOWEL.search(rest):
            if rest[-1] == rest[-2] and rest[-1] not in "lsz":
                rest = rest[:-1]
            folded = rest
            break
    return folded[:-1] if folded.endswith("e") and len(folded) > 4 else folded
