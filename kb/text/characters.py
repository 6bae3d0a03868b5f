"""Characters that a reader takes for the same: one form for all of them, in which words are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

# Soft hyphens, zero-width characters, joiners, variation selectors, direction marks: nothing of them is seen.
_INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
# Marks that writers may leave out: accents, Hebrew and Arabic vowels. Vowels of Indic and Thai words are no such marks.
_OPTIONAL_MARK = regex.compile(r"[\p{M}&&[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}]]", regex.V1)
# Marks that make another letter: Cyrillic й, ї and ў; the sound marks of kana.
_OTHER_LETTER = regex.compile(
    r"[\p{Cyrillic}--[ЕеИи]]\p{M}+|[Ии]\p{M}+|[\p{Hiragana}\p{Katakana}]\p{M}+", regex.V1
)
_EMOJI_SKIN = regex.compile("[\U0001f3fb-\U0001f3ff]")
# What keyboards without the letter type for it. Unicode takes none of these apart.
_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "ng",
        "ß": "ss", "ĳ": "ij", "⁄": "/",
        "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": "",
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
    parts = unicodedata.normalize("NFD", plain(word))
    kept = _OTHER_LETTER.sub(lambda found: unicodedata.normalize("NFC", found[0]), parts)
    return unicodedata.normalize("NFC", _OPTIONAL_MARK.sub("", kept)).translate(_LETTERS)


def spelled_out(word: str) -> str | None:
    """`word` with its umlauts as two letters, `muenchen` for `München`; None for a word without."""
    if word.isascii():
        return None
    shown = plain(word)
    spelled = shown.translate(_SPELLED_OUT)
    return fold(spelled) if spelled != shown else None
