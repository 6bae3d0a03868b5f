"""Words of notes and names, in the form in which they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import regex

from kb.text.characters import fold
from kb.text.words import pieces

# Scripts without spaces give a word per character.
_CHARACTER = regex.compile(r"\P{M}[\p{M}\p{Default_Ignorable_Code_Point}]*+")
_APOSTROPHES = frozenset("'’")
_POSSESSIVE = re.compile(r"['’]s?$")
_VOWEL = re.compile("[aeiouy]")


class Word(NamedTuple):
    """A word and where it stands."""

    start: int
    end: int
    stem: str


def words(text: str) -> list[Word]:
    """The words of `text`, in order."""
    return [Word(start, end, stem(text[start:end])) for start, end in _spans(text)]


def key_of(name: str) -> tuple[str, ...]:
    """What a name and its inflected forms have in common; empty for a name without words."""
    return tuple(stem(name[start:end]) for start, end in _spans(name))


def length_of(name: str) -> int:
    """How many words a reader would count, a run of a script without spaces being one."""
    return sum(piece.kind != "sign" for piece in pieces(name))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each word stands; one with an apostrophe inside is one."""
    start = end = -1
    for piece in pieces(text):
        if piece.kind == "word" and text[end : piece.start] in _APOSTROPHES and end >= 0:
            end = piece.end
            continue
        if end >= 0:
            yield start, end
        start = end = -1
        if piece.kind == "unspaced":
            for found in _CHARACTER.finditer(piece.text):
                yield piece.start + found.start(), piece.start + found.end()
        elif piece.kind != "sign":
            start, end = piece.start, piece.end
    if end >= 0:
        yield start, end


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
