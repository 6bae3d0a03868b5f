"""Words as the evidence checks see them: which carry content, which are the same word in another form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile

from kb.answering.function_words import FUNCTION_WORDS
from kb.indexing.tokens import unspaced_bigrams

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BRITISH = re.compile(r"(.{3,})is(e|ed|es|er|ing|ation|ations)$")
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
    spaced = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    return [word for word in spaced if not _is_unspaced(word)] + unspaced_bigrams(text)


def content_words(text: str) -> list[str]:
    """The distinct words of `text` that say what it is about, in order."""
    return [word for word in dict.fromkeys(words_of(text)) if _stem(word) not in FUNCTION_WORDS]


def numbers_of(text: str) -> list[str]:
    """The numbers of `text` as written with digits, without thousands separators: `1,190` gives `1190`."""
    return [_plain_number(number) for number in _NUMBER.findall(unicodedata.normalize("NFKC", text))]


def same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: equal but for an ending, as in `reduces` and `reducing`.

    Needs no dictionary, and knows no irregular form.
    """
    one, other = _stem(one), _stem(other)
    if one == other:
        return True
    if one[:2] != other[:2]:
        return False
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    endings = {one[shared:], other[shared:]}
    if shared < _MIN_STEM:
        # `use` and `used`, but not `car` and `card`.
        return shared == min(len(one), len(other)) == _MIN_STEM - 1 and endings <= (
            _SHORT_ENDINGS if one[shared - 1] == "e" else _SHORT_ENDINGS - {"d"}
        )
    return endings <= _ENDINGS


def covers(words: Iterable[str], word: str) -> bool:
    """Whether one of `words` is a form of `word`."""
    return any(same_word(candidate, word) for candidate in words)


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


def _is_unspaced(word: str) -> bool:
    return bool(unspaced_bigrams(word))
