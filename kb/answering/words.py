"""Words as the evidence checks see them: which carry content, which are the same word in another form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile

from kb.text.characters import plain
from kb.text.date_tables import month_numbers
from kb.text.forms import stem
from kb.text.function_words import FUNCTION_WORDS
from kb.text.language_data import irregular_forms
from kb.text.numbers import spoken_numbers
from kb.text.words import bigrams, pieces

_ASCII_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*(?:\+\+|#(?!\w))?")
_APOSTROPHES = frozenset("'’")
_LANGUAGES = ("en", "de", "es", "fr")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SPOKEN = spoken_numbers()
_BRITISH = re.compile(r"(?<!.)(.{3,})is(e|ed|es|er|ing|ation|ations)$")
_MIN_STEM = 4  # letters; a shorter word has only the forms of _SHORT_ENDINGS
_SHORT_ENDINGS = frozenset(["", "s", "d"])
# What inflection adds at the end of a word in English, German, Spanish and French.
_ENDINGS = frozenset(
    (
        "",
        *"s es e ed d ing er ers ly y ies ied ion ions n en ern em t te ten ung ungen a o as os is ns r al".split(),
    )
)


def words_of(text: str) -> list[str]:
    """The words of `text` in order, lower case; scripts without spaces give their character bigrams."""
    if text.isascii():
        return [word.lower() for word in _ASCII_WORD.findall(text)]
    cut = pieces(text)
    found: list[str] = []
    end = -1
    for piece in cut:
        if piece.kind not in ("word", "hangul"):
            continue
        if found and text[end : piece.start] in _APOSTROPHES:
            found[-1] += f"'{plain(piece.text)}"
        else:
            found.append(plain(piece.text.removeprefix(".")))
        end = piece.end
    return found + [pair for piece in cut if piece.kind == "unspaced" for pair in bigrams(piece.text)]


def content_words(text: str) -> list[str]:
    """The distinct words of `text` that say what it is about, in order."""
    return [word for word in dict.fromkeys(words_of(text)) if _stem(word) not in FUNCTION_WORDS]


def numbers_of(text: str) -> list[str]:
    """The numbers of `text` as written with digits, without thousands separators: `1,190` gives `1190`."""
    return [_plain_number(number) for number in _NUMBER.findall(unicodedata.normalize("NFKC", text))]


def quantities_of(text: str) -> list[str]:
    """The numbers of `text`, with digits or in words: `two` and `2` are both `2`; "one" is more often a pronoun."""
    spoken = [_SPOKEN[word] for word in words_of(text) if word in _SPOKEN]
    return list(dict.fromkeys([*numbers_of(text), *spoken]))


def same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: equal but for an ending, as in `reduces` and `reducing`.

    Irregular forms, as in `sold` and `selling`, are those of kb.text in the languages that answers know.
    """
    if _irregular(one) or _irregular(other):
        stems = (_irregular(one) or _stems(one)) & (_irregular(other) or _stems(other))
        if stems:
            return True
    one, other = _stem(one), _stem(other)
    if one == other:
        return True
    if one[:2] != other[:2]:
        return False
    if one.startswith(other[:3]) and _is_month(one, other):
        return True
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    endings = {one[shared:], other[shared:]}
    if shared < _MIN_STEM:
        # `use` and `used`, but not `car` and `card`.
        return shared == min(len(one), len(other)) == _MIN_STEM - 1 and endings <= (
            _SHORT_ENDINGS if one[shared - 1] == "e" else _SHORT_ENDINGS - {"d"}
        )
    return endings <= _ENDINGS


def _is_month(one: str, other: str) -> bool:
    """Whether one of two words is the other's short form as the name of a month: "Feb" and "February"."""
    numbers = month_numbers()
    number = numbers.get(one)
    return (
        number is not None
        and number == numbers.get(other)
        and (one.startswith(other) or other.startswith(one))
    )


def covers(words: Iterable[str], word: str) -> bool:
    """Whether one of `words` is a form of `word`."""
    return any(same_word(candidate, word) for candidate in words)


@lru_cache(maxsize=20_000)
def _irregular(word: str) -> frozenset[str]:
    """The stems of the dictionary forms of an irregular form; empty for any other word."""
    found = {lemma for language in _LANGUAGES for lemma in irregular_forms(language).get(word, ())}
    return frozenset(stem(lemma) for lemma in found)


@lru_cache(maxsize=20_000)
def _stems(word: str) -> frozenset[str]:
    return frozenset({stem(word)})


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """`word` without possessive ending, in one of its two English spellings."""
    bare = word.removesuffix("'s").removesuffix("'")
    return _BRITISH.sub(r"\1iz\2", bare)


def _plain_number(number: str) -> str:
    """`1,190` and `1.190` as `1190`; `1.4` and `1,4` as `1.4`."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        return re.sub(r"[.,]", "", number)
    return number.replace(",", ".")
