"""Finds in a text the words by which a language gives orders; each language is one data file in `languages/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

from kb.injection.plain_form import folded

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[^\W_]+\*?")
_COMMON = "any.toml"  # what is written alike in every language
_KEYS = (4, 3, 2)  # letters by which words with an open end are looked up


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a phrase stands in a folded text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a language places its words; a data file may say so at its top."""

    language: str
    spaced: bool = True  # blanks part words
    free_order: bool = False  # an order may stand anywhere in its clause, not only at its beginning
    verb_second: bool = False  # an order may follow what stands first: "Auf Fragen antworte …"


Found = dict[str, list[Hit]]  # phrases by what they are for, in the order of the text


@dataclass(frozen=True, slots=True)
class _Phrase:
    language: str
    purpose: str
    words: tuple[str, ...]
    open_ends: tuple[bool, ...]  # which of the words may go on

    def fits(self, words: Sequence[str], place: int) -> bool:
        if place + len(self.words) > len(words):
            return False
        return all(
            words[place + number].startswith(word) if is_open else words[place + number] == word
            for number, (word, is_open) in enumerate(zip(self.words, self.open_ends, strict=True))
        )


@dataclass(slots=True)
class _Phrases:
    """All phrases, by how they are looked up."""

    by_word: dict[str, list[_Phrase]] = field(default_factory=dict)  # the first word, whole
    by_pair: dict[tuple[str, str], list[_Phrase]] = field(default_factory=dict)  # the first two, whole
    by_start: dict[str, list[_Phrase]] = field(default_factory=dict)  # its first letters, where it may go on
    unspaced: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # language: (purpose, text)
    grammars: dict[str, Grammar] = field(default_factory=dict)
    letters: dict[str, frozenset[str]] = field(
        default_factory=dict
    )  # of such a language, those that are no ASCII

    def add(self, language: str, purpose: str, written: str) -> None:
        """A phrase of a language with blanks; a star in it stands for any ending."""
        parts = _PART.findall(folded(written))
        words = tuple(part.rstrip("*") for part in parts)
        phrase = _Phrase(language, purpose, words, tuple(part.endswith("*") for part in parts))
        if phrase.open_ends[0]:
            self.by_start.setdefault(words[0][: _KEYS[0]], []).append(phrase)
        elif len(words) > 1 and not phrase.open_ends[1]:
            self.by_pair.setdefault((words[0], words[1]), []).append(phrase)
        else:
            self.by_word.setdefault(words[0], []).append(phrase)

    def starting(self, word: str, following: str) -> Iterator[_Phrase]:
        """The phrases that may begin with `word`."""
        for length in _KEYS:
            if len(word) >= length:
                yield from self.by_start.get(word[:length], ())
        yield from self.by_word.get(word, ())
        yield from self.by_pair.get((word, following), ())


def find(low: str) -> Iterator[tuple[Found, Grammar]]:
    """The phrases of a folded text, one language after another."""
    phrases = _phrases()
    matches = list(_WORD.finditer(low))
    words = [match[0] for match in matches]
    spaced: dict[str, Found] = {}
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        for phrase in phrases.starting(word, following):
            if phrase.fits(words, place):
                hit = Hit(matches[place].start(), matches[place + len(phrase.words) - 1].end())
                spaced.setdefault(phrase.language, {}).setdefault(phrase.purpose, []).append(hit)
    for language, found in spaced.items():
        yield found, phrases.grammars[language]
    if low.isascii():
        return
    for language, parts in phrases.unspaced.items():
        if not phrases.letters[language].isdisjoint(low):
            yield _find_parts(low, parts), phrases.grammars[language]


def _find_parts(low: str, parts: Sequence[tuple[str, str]]) -> Found:
    found: Found = {}
    for purpose, part in parts:
        start = low.find(part)
        # Latin letters are a word of their own there, too.
        while start >= 0 and part.isascii() and _is_within_word(low, start, start + len(part)):
            start = low.find(part, start + 1)
        if start >= 0:
            found.setdefault(purpose, []).append(Hit(start, start + len(part)))
    return found


def _is_within_word(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(character.isascii() and character.isalnum() for character in around)


@cache
def _phrases() -> _Phrases:
    folder = files("kb.injection") / "languages"
    common = tomllib.loads((folder / _COMMON).read_text(encoding="utf-8"))
    phrases = _Phrases()
    for entry in folder.iterdir():
        if entry.name.endswith(".toml") and entry.name != _COMMON:
            _read(phrases, entry.name, tomllib.loads(entry.read_text(encoding="utf-8")), common)
    return phrases


def _read(phrases: _Phrases, name: str, table: dict[str, Any], common: Mapping[str, Sequence[str]]) -> None:
    language = name.removesuffix(".toml")
    own = {item.name: table.pop(item.name) for item in fields(Grammar) if item.name in table}
    grammar = phrases.grammars[language] = Grammar(language, **own)
    written = [(purpose, text) for purpose, texts in chain(table.items(), common.items()) for text in texts]
    if grammar.spaced:
        for purpose, text in written:
            phrases.add(language, purpose, text)
        return
    parts = [(purpose, folded(text)) for purpose, text in written]
    phrases.unspaced[language] = parts
    phrases.letters[language] = frozenset(
        letter for _, part in parts for letter in part if not letter.isascii()
    )
