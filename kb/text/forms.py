"""Forms of one word: its dictionary forms, its stem, and the word without the particles written as one with it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from kb.text.characters import fold, plain, spelled_out
from kb.text.language import ENGLISH, STEMMERS, UNCERTAIN
from kb.text.language_data import irregular_forms, language_data
from kb.text.words import bigrams, parts

# A text too short to tell its language may be in any of these.
COMMON_LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "sv")


def lemmas(word: str, language: str) -> tuple[str, ...]:
    """The dictionary forms of `word`, itself first where it is one; the word alone where a stemmer is enough."""
    shown = plain(word)
    return irregular_forms(language or "en").get(shown, (shown,))


@lru_cache(maxsize=262_144)
def stem(word: str, language: str = ENGLISH) -> str:
    """The one form under which `word` is stored."""
    return _cut(lemmas(word, language)[0], language)


@lru_cache(maxsize=262_144)
def further_stems(word: str, language: str = ENGLISH) -> tuple[str, ...]:
    """The other forms under which it should be found; with UNCERTAIN, those of the common languages."""
    if language == UNCERTAIN:
        found = [
            _cut(lemma, ENGLISH)
            for code in COMMON_LANGUAGES
            for lemma in irregular_forms(code).get(plain(word), ())
        ]
        found += further_stems(word)
    else:
        found = [_cut(lemma, language) for lemma in lemmas(word, language)[1:]]
    own = stem(word, ENGLISH if language == UNCERTAIN else language)
    return tuple(form for form in dict.fromkeys(found) if form != own)


@lru_cache(maxsize=262_144)
def variants(word: str) -> tuple[str, ...]:
    """What `word` is written as elsewhere: without particles, umlauts as two letters."""
    if word.isascii():
        return ()
    found = list(_without_particles(fold(word)))
    if spelled := spelled_out(word):
        found.append(_cut(spelled, ENGLISH))
    return tuple(found)


@lru_cache(maxsize=262_144)
def part_stems(word: str) -> tuple[str, ...]:
    """The stems of the words of which a single piece is made."""
    return tuple(_cut(part, ENGLISH) for part in parts(word))


@lru_cache(maxsize=65_536)
def match_keys(word: str) -> frozenset[str]:
    """What a word and each of its forms, in any of the common languages, have some of in common."""
    return frozenset({stem(word), *further_stems(word, UNCERTAIN), *variants(word), *part_stems(word)})


def same_lemma(one: str, other: str, languages: Iterable[str]) -> bool:
    """Whether the two words have a dictionary form in common in one of `languages`."""
    return any(not set(lemmas(one, code)).isdisjoint(lemmas(other, code)) for code in languages)


def run_terms(run: str) -> list[str]:
    """What a run of a script without spaces is stored as: its bigrams, and its last character.

    So each of its characters begins a term, by which it is found alone.
    """
    found = bigrams(run)
    return found if len(found[-1]) == 1 else [*found, found[-1][-1]]


def _without_particles(word: str) -> Iterable[str]:
    language = _language_of_script(word)
    if not language:
        return
    data = language_data(language)
    starts = {word, *(word.removeprefix(prefix) for prefix in data.prefixes if word.startswith(prefix))}
    ends = {
        start.removesuffix(ending) for start in starts for ending in data.endings if start.endswith(ending)
    }
    yield from sorted(form for form in (starts | ends) - {word} if len(form) >= data.shortest)


def _language_of_script(word: str) -> str:
    first = word[:1]
    if "\uac00" <= first <= "\ud7a3":
        return "ko"
    if "\u05d0" <= first <= "\u05ea":
        return "he"
    return "ar" if "\u0620" <= first <= "\u06d3" else ""


def _cut(word: str, language: str) -> str:
    return fold(str(_stemmer(STEMMERS.get(language, "porter")).stemWord(word if language else fold(word))))


@cache
def _stemmer(algorithm: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(algorithm)
