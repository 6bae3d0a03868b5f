"""Characters that a reader takes for the same: one form for all of them, in which words are compared."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

import regex

# Soft hyphens, zero-width characters, joiners, variation selectors, direction marks: nothing of them is seen.
_INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
# Marks that writers may leave out: accents, Hebrew and Arabic vowels. Vowels of Indic and Thai words are no such marks.
_OPTIONAL_MARK = regex.compile(r"[\p{M}&&[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}]]", regex.V1)
# Marks that make another letter: Cyrillic й, ї and ў; the sound marks of kana.
_OTHER_LETTER = regex.compile(
    r"[\p{Cyrillic}--[ЕеИи]]\p{M}+|[Ии]\p{M}+|[\p{Hiragana}\p{Katakana}]\p{M}+", regex.V1
)
_DIGIT = regex.compile(r"[\p{Nd}--\p{ASCII}]", regex.V1)
# In the scripts of India one sound is written in several ways: a nasal before a letter of its own class as that letter or
# as a dot, and a dot below or half a moon above that many keyboards and writers leave out. (First characters of the
# scripts' blocks, which share one order.)
_INDIC_BLOCKS = (0x900, 0x980, 0xA00, 0xA80, 0xB00, 0xC00, 0xC80)
_NASAL_CLASSES = (
    (0x19, 0x15),
    (0x1E, 0x1A),
    (0x23, 0x1F),
    (0x28, 0x24),
    (0x2E, 0x2A),
)  # nasal, first of its four stops
_INDIC = regex.compile("[\u0900-\u0cff]")
_EMOJI_SKIN = regex.compile("[\U0001f3fb-\U0001f3ff]")
# What keyboards without the letter type for it. Unicode takes none of these apart.
_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "ng",
        "ß": "ss", "ĳ": "ij", "⁄": "/",
        "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": "",
        "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "’": "'",
    }
)  # fmt: skip
# Other spellings of the same letters, common where a keyboard lacks them.
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def visible(word: str) -> str:
    """`word` without the characters that nobody sees, composed."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", word))


@lru_cache(maxsize=262_144)
def plain(word: str) -> str:
    """`word` in lower case, without invisible characters, in one of its compatible forms; accents stay."""
    if word.isascii():
        return word.lower()
    shown = visible(_EMOJI_SKIN.sub("", word))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).casefold())


@lru_cache(maxsize=262_144)
def fold(word: str) -> str:
    """`word` as it is compared: plain, without accents and in the letters of any keyboard."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize(
        "NFD", _DIGIT.sub(lambda found: str(unicodedata.digit(found[0])), plain(word))
    )
    if _INDIC.search(parts):
        parts = _same_sounds(parts)
    kept = _OTHER_LETTER.sub(lambda found: unicodedata.normalize("NFC", found[0]), parts)
    return unicodedata.normalize("NFC", _OPTIONAL_MARK.sub("", kept)).translate(_LETTERS)


def _same_sounds(word: str) -> str:
    """A word of an Indic script, decomposed, in one spelling of those that sound the same."""
    for pattern, spelling in _indic_spellings():
        word = pattern.sub(spelling, word)
    return word


@cache
def _indic_spellings() -> tuple[tuple[regex.Pattern[str], str], ...]:
    found = []
    for block in _INDIC_BLOCKS:
        virama, dot_below, moon, dot = (chr(block + offset) for offset in (0x4D, 0x3C, 0x01, 0x02))
        nasals = "|".join(
            f"{chr(block + nasal)}{virama}(?=[{chr(block + first)}-{chr(block + first + 3)}])"
            for nasal, first in _NASAL_CLASSES
        )
        found += [(regex.compile(f"{moon}|{nasals}"), dot), (regex.compile(dot_below), "")]
    return tuple(found)


def spelled_out(word: str) -> str | None:
    """`word` with its umlauts as two letters, `muenchen` for `München`; None for a word without."""
    if word.isascii():
        return None
    shown = plain(word)
    spelled = shown.translate(_SPELLED_OUT)
    return fold(spelled) if spelled != shown else None
