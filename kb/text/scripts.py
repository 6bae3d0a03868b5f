"""Which languages are written in a script."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

# First and last letter of the blocks of a script, and the languages written in it that kb knows something of, the most
# common first. Latin and Han have too many, or none that needs to know.
_SCRIPTS = (
    ("\u0370", "\u03ff", ("el",)),
    ("\u0400", "\u052f", ("ru", "uk")),
    ("\u0531", "\u058f", ("hy",)),
    ("\u05d0", "\u05ea", ("he",)),
    ("\u0620", "\u06ff", ("ar", "fa")),
    ("\u0900", "\u097f", ("hi", "ne")),
    ("\u0b80", "\u0bff", ("ta",)),
    ("\u0e00", "\u0e7f", ("th",)),
    ("\u1100", "\u11ff", ("ko",)),
    ("\u1f00", "\u1fff", ("el",)),
    ("\u3040", "\u30ff", ("ja",)),
    ("\u4e00", "\u9fff", ("zh", "ja")),
    ("\uac00", "\ud7a3", ("ko",)),
)
_LATIN = ("\u0041", "\u024f")
# Letters that one language of a script has and its first has not.
_OWN_LETTERS = {"fa": "پچژگ", "uk": "іїєґ"}


@lru_cache(maxsize=65_536)
def languages_of_script(word: str) -> tuple[str, ...]:
    """The languages in whose script `word` begins; empty for Latin letters, and for a script that kb knows nothing of."""
    first = word[:1].casefold()
    for start, end, languages in _SCRIPTS:
        if start <= first <= end:
            own = tuple(_told_by_letters(word, languages))
            return own or languages
    return ()


def is_written_in(word: str, language: str) -> bool:
    """Whether `word` may be of `language`, by its script."""
    known = languages_of_script(word)
    if known:
        return language in known or not _is_known(language)
    return _LATIN[0] > word[:1] or not _is_known(language) or word[:1] > _LATIN[1]


def _told_by_letters(word: str, languages: tuple[str, ...]) -> Iterator[str]:
    return (code for code in languages if not set(_OWN_LETTERS.get(code, "")).isdisjoint(word))


def _is_known(language: str) -> bool:
    return any(language in languages for _, _, languages in _SCRIPTS)
