"""Forms of one word: its dictionary forms, its stem, and the word without the particles written as one with it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from kb.text.characters import fold, plain, spelled_out
from kb.text.korean import dictionary_forms
from kb.text.language import ENGLISH, STEMMERS, UNCERTAIN
from kb.text.language_data import irregular_forms, language_data
from kb.text.scripts import languages_of_script
from kb.text.words import bare, bigrams, parts

# A text too short to tell its language may be in any of these, if it is in Latin letters.
COMMON_LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "sv", "pl")
# Two letters for one with an umlaut, where a keyboard lacks it; "ue" and its like stand in other words as well, so that
# only what makes a known form is believed.
_UMLAUTS = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"))
_SHORTEST_PARTED = 5  # letters of a verb without what parts from it


def possible_languages(word: str) -> tuple[str, ...]:
    """The languages that `word` may be in, besides English, where nothing tells which."""
    return languages_of_script(word) or COMMON_LANGUAGES


def lemmas(word: str, language: str) -> tuple[str, ...]:
    """The dictionary forms of `word`, itself first where it is one; the word alone where a stemmer is enough."""
    shown = plain(word)
    known = irregular_forms(language or "en")
    if found := known.get(shown):
        return found
    for spelled in _with_umlauts(shown) if language == "de" else ():
        if found := known.get(spelled):
            return found
    return _parted(shown, language) or (shown,)


@lru_cache(maxsize=262_144)
def stem(word: str, language: str = ENGLISH) -> str:
    """The one form under which `word` is stored."""
    return _cut(lemmas(word, language)[0], language)


@lru_cache(maxsize=262_144)
def further_stems(word: str, language: str = ENGLISH) -> tuple[str, ...]:
    """The other forms under which it should be found; with UNCERTAIN, those of the common languages."""
    if language == UNCERTAIN:
        languages = possible_languages(word)
        found = [
            _cut(lemma, ENGLISH) for code in languages for lemma in lemmas(word, code) if lemma != plain(word)
        ]
        found += further_stems(word)
        # A stem of the only language of a script cannot be taken for another word.
        found += [stem(word, code) for code in languages_of_script(word)[:1]]
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
    found += [_cut(lemma, ENGLISH) for form in found for lemma in _lemmas_by_script(form)]
    found += map(fold, dictionary_forms(word))
    if spelled := spelled_out(word):
        found.append(_cut(spelled, ENGLISH))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=262_144)
def part_stems(word: str) -> tuple[str, ...]:
    """The stems of the words of which a single piece is made."""
    return tuple(_cut(part, ENGLISH) for part in parts(word))


@lru_cache(maxsize=65_536)
def match_keys(word: str) -> frozenset[str]:
    """What a word and each of its forms, in any of the common languages, have some of in common."""
    forms = {stem(word), *further_stems(word, UNCERTAIN), *variants(word), *part_stems(word)}
    return frozenset(
        forms if bare(word) == word or not word.startswith(".") else forms | match_keys(bare(word))
    )


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
    language = next(iter(languages_of_script(word)), "")
    if not language:
        return
    data = language_data(language)
    starts = {
        word,
        *(word.removeprefix(prefix) for prefix in _folded(data.prefixes) if word.startswith(prefix)),
    }
    ends = {
        start.removesuffix(ending)
        for start in starts
        for ending in _folded(data.endings)
        if start.endswith(ending)
    }
    yield from sorted(form for form in (starts | ends) - {word} if len(form) >= data.shortest)


@cache
def _folded(particles: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, particles))


def _lemmas_by_script(word: str) -> Iterable[str]:
    return (lemma for code in languages_of_script(word) for lemma in _folded_forms(code).get(word, ()))


@cache
def _folded_forms(language: str) -> dict[str, tuple[str, ...]]:
    return {fold(word): tuple(map(fold, found)) for word, found in irregular_forms(language).items()}


def _with_umlauts(word: str) -> Iterable[str]:
    """`word` with pairs of its letters read as umlauts, in every combination of the three."""
    spelled = [word]
    for pair, umlaut in _UMLAUTS:
        if pair in word:
            spelled += [one.replace(pair, umlaut) for one in spelled]
    return spelled[1:] if word.isascii() and len(spelled) > 1 else ()


def _parted(word: str, language: str) -> tuple[str, ...]:
    """The infinitive of a verb that takes something in between: `aufgeräumt`, `mitgekommen`, `aufzuräumen`."""
    for prefix in language_data(language).separable if language else ():
        rest = word.removeprefix(prefix)
        if rest == word or len(rest) < _SHORTEST_PARTED:
            continue
        if rest.startswith("zu") and rest.endswith("n"):
            return (prefix + rest.removeprefix("zu"),)
        if rest.startswith("ge"):
            known = [lemma for lemma in irregular_forms(language).get(rest, ()) if lemma != rest]
            if known:
                return tuple(prefix + lemma for lemma in known)
            if rest.endswith(("t", "d")):
                return (prefix + rest.removeprefix("ge")[:-1] + "en",)
    return ()


def _cut(word: str, language: str) -> str:
    return fold(str(_stemmer(STEMMERS.get(language, "porter")).stemWord(word if language else fold(word))))


@cache
def _stemmer(algorithm: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(algorithm)
