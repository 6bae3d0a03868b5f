"""Numbers written out in English, German, French, Spanish and Chinese: `three hundred and five` is 305."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.text.language_data import language_data

_LANGUAGES = tuple(language_data(code) for code in ("en", "de", "fr", "es"))
_WORDS = {word: value for language in _LANGUAGES for value, words in language.counting for word in words}
_SCALES = {word: int(value) for word, value in _WORDS.items() if value in (100, 1e3, 1e6, 1e9, 1e12)}
_PARTS = {word: value for word, value in _WORDS.items() if isinstance(value, float)}
_UNITS = {word: int(value) for word, value in _WORDS.items() if word not in _SCALES and word not in _PARTS}
_ENGLISH = frozenset(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty "
    "seventy eighty ninety".split()
)
_DOUBTFUL = frozenset().union(*(language.doubtful_numbers for language in _LANGUAGES))
_JOINS = frozenset().union(*(language.number_joins for language in _LANGUAGES))
_GERMAN = re.compile(
    r"(?:(?P<thousands>\w{0,40}?)tausend)?(?:(?P<hundreds>\w{0,20}?)hundert)?(?:und)?(?P<rest>\w{0,40})$",
    re.IGNORECASE,
)
_GERMAN_TENS = re.compile(r"(?P<ones>\w{1,9}?)und(?P<tens>\w{1,9}zig|dreißig)$")
_GERMAN_HALF = re.compile(r"(?P<whole>\w{1,40}?)einhalb$")
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[零一二两三四五六七八九十百千万亿半]+")
_HAN_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class NumberWord:
    """A number written out."""

    value: float
    start: int  # characters
    end: int
    is_doubtful: bool  # may be an article: `one`, `eine`; count it only before a unit


def number_words(text: str) -> Iterator[NumberWord]:
    """The numbers of `text` that are written in words, in order."""
    yield from _han(text)
    words = [(match[0].casefold(), match.start(), match.end()) for match in _WORD.finditer(text)]
    place = 0
    while place < len(words):
        count, value = _run([word for word, _, _ in words[place:]])
        if not count:
            place += 1
            continue
        doubtful = count == 1 and words[place][0] in _DOUBTFUL
        yield NumberWord(value, words[place][1], words[place + count - 1][2], doubtful)
        place += count


def _run(words: Sequence[str]) -> tuple[int, float]:
    """How many of the first words are one number, and which."""
    total, group, taken, last = 0.0, 0.0, 0, ""
    for place, word in enumerate(words):
        if word in _JOINS or (word in ("a", "an") and taken and words[place - 1] in _JOINS):
            if not taken:
                break
            continue
        if word in _PARTS:
            # `half` alone, `three and a half`; not `two quarters`.
            if place == 1 and words[0] in _DOUBTFUL:
                return place + 1, _PARTS[word]  # `a third`
            if taken and words[place - 1] not in (*_JOINS, "a"):
                # `three quarters`, `two thirds`
                return (
                    (place + 1, group * _PARTS[word])
                    if group < 10 and _PARTS[word] < 0.5
                    else (taken, total + group)
                )
            return place + 1, total + group + _PARTS[word]
        value = _UNITS[word] if word in _UNITS else _german(word)
        if word in _SCALES:
            scale = _SCALES[word]
            if scale == 100:
                group = max(1.0, group) * 100
            else:
                total, group = total + max(1.0, group) * scale, 0.0
        elif value is None:
            break
        elif taken and not _continues(group, value, last, word):
            if not _is_year(group, last, word):
                break
            group = group * 100 + value
        elif group == 4 and value == 20 and word.startswith("vingt"):
            group = 80
        else:
            group += value
        taken, last = place + 1, word
    return taken, total + group


def _continues(group: float, value: float, last: str, word: str) -> bool:
    """Whether `value` fits into what is left free: `twenty` before `five`, `hundred` before both."""
    if last in _SCALES:
        return True
    if group == 4 and word.startswith("vingt"):
        return True
    if group % 100 in (60, 80) and 10 <= value < 20 and word not in _ENGLISH:
        return True  # soixante-quinze
    return (group % 100 >= 20 and group % 10 == 0 and value < 10) or (group % 100 == 0 and 0 < value < 100)


def _is_year(group: float, last: str, word: str) -> bool:
    """`eighteen eighty-five`."""
    return last in _ENGLISH and word in _ENGLISH and 10 <= group < 100


def _german(word: str) -> float | None:
    """A German compound such as `dreihundertfünfundsechzig`; None for any other word."""
    if match := _GERMAN_HALF.match(word):
        whole = _UNITS.get(match["whole"])
        return None if whole is None else whole + 0.5
    if match := _GERMAN_TENS.match(word):
        ones, tens = _UNITS.get(match["ones"]), _UNITS.get(match["tens"])
        if ones is not None and tens is not None and ones < 10:
            return tens + ones
    if "hundert" not in word and "tausend" not in word:
        return None
    match = _GERMAN.match(word)
    if match is None:
        return None
    total = 0.0
    for part, scale in ((match["thousands"], 1_000), (match["hundreds"], 100)):
        if part is None:
            continue
        value = 1.0 if not part else _UNITS.get(part, _german(part))
        if value is None:
            return None
        total += value * scale
    rest = match["rest"]
    value = 0.0 if not rest else _UNITS.get(rest, _german(rest))
    return None if value is None else total + value


def _han(text: str) -> Iterator[NumberWord]:
    for match in _HAN.finditer(text):
        sign = match[0]
        if len(sign) == 1 and sign not in "十百千万半":
            # One sign alone is part of many words; before a measure word the unit tells.
            yield NumberWord(float(_HAN_DIGITS.get(sign, 0)), match.start(), match.end(), is_doubtful=True)
            continue
        yield NumberWord(_han_value(sign), match.start(), match.end(), is_doubtful=sign in "十百千万")


def _han_value(signs: str) -> float:
    total = section = digit = 0.0
    for sign in signs:
        if sign == "半":
            digit = 0.5
        elif sign in _HAN_DIGITS:
            digit = float(_HAN_DIGITS[sign])
        elif _HAN_SCALES[sign] >= 10_000:
            total, section, digit = (total + section + digit or 1.0) * _HAN_SCALES[sign], 0.0, 0.0
        else:
            section, digit = section + (digit or 1.0) * _HAN_SCALES[sign], 0.0
    return total + section + digit
