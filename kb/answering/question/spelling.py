"""Slips of the keyboard in a question, mended by the words that the notes hold."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from kb.text.characters import fold

_WORD = re.compile(r"[^\W\d_]{4,}")
_LONG = 7  # letters from which two slips are forgiven, one below
_ENDINGS = frozenset("s es n en e er d ed ing as os".split())
_LAST_LETTERS = frozenset("aeosnr")  # that tell forms of one word apart


class Words(Protocol):
    """What is asked of the index."""

    def known_words(self, words: Collection[str]) -> set[str]: ...
    def words_alike(self, word: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Corrected:
    """A question with what was changed in it."""

    text: str
    changes: tuple[tuple[str, str], ...] = ()  # written, read as

    @property
    def reason(self) -> str:
        """The changes as one line."""
        return ", ".join(f"“{written}” read as “{meant}”" for written, meant in self.changes)


def correct(question: str, words: Words) -> Corrected:
    """`question` with each word that no note holds replaced by the one written nearly so; unchanged where two are as near.

    A slip leaves a word's first letter, or swaps it with the next (Damerau, 1964: four in five misspellings are one letter
    wrong, missing, too many, or two swapped).
    """
    from rapidfuzz.distance import OSA

    found = {fold(match[0]) for match in _WORD.finditer(question)}
    unknown = found - words.known_words(found)
    changes: dict[str, str] = {}
    for word in unknown:
        most = 2 if len(word) >= _LONG else 1
        near = [
            (OSA.distance(word, other, score_cutoff=most), other)
            for other in words.words_alike(word)
            if other != word and {word[0], word[1]} & {other[0]} and not _is_inflected(word, other)
        ]
        near = sorted(item for item in near if item[0] <= most)
        if near and (len(near) == 1 or near[0][0] < near[1][0]):
            changes[word] = near[0][1]
    if not changes:
        return Corrected(question)
    text = _WORD.sub(lambda match: changes.get(fold(match[0]), match[0]), question)
    return Corrected(text, tuple(changes.items()))


def _is_inflected(word: str, other: str) -> bool:
    """Whether one is but the other with an ending, as a plural: search knows those by itself."""
    shorter, longer = sorted((word, other), key=len)
    if longer.startswith(shorter):
        return longer[len(shorter) :] in _ENDINGS
    return longer[:-1] == shorter[:-1] and {word[-1], other[-1]} <= _LAST_LETTERS
