"""Numbers with their units, however they are written: `three and a half gigabytes` is `3500 MB`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kb.text.language_data import units
from kb.text.number_words import number_words

Bound = Literal["", "<", ">"]
_BY_NAME = {
    name: (dimension, factor)
    for dimension, factors in units().items()
    for factor, names in factors.items()
    for name in names.split()
}
_BY_FOLDED = {name.casefold(): value for name, value in reversed(list(_BY_NAME.items()))}
_SCALES = {
    "thousand": 1e3, "tausend": 1e3, "mil": 1e3, "mille": 1e3, "k": 1e3, "million": 1e6, "millions": 1e6, "millionen": 1e6,
    "millones": 1e6, "mio": 1e6, "billion": 1e9, "billions": 1e9, "milliarden": 1e9, "milliarde": 1e9, "milliards": 1e9,
    "mrd": 1e9, "trillion": 1e12, "trillions": 1e12, "billionen": 1e12, "万": 1e4, "亿": 1e8,
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.,])[-−]?\d+(?:[.,]\d+)*(?:\s?/\s?\d+)?|[½¼¾⅓⅔]")
_SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_AFTER = re.compile(
    r"[ \u00a0-]{0,2}(?:(?:of|de)\s+)?(?:an?\s+)?(?P<word>[%€$£¥°]\s?[CFcf]?(?!\w)|[^\W\d_]+)"
)
_DEGREE = re.compile(
    r"[ \u00a0]?(?:°\s?(?P<sign>[CFKcfk])?(?!\w)|(?:degrees?|grad|degrés?|grados?)(?:\s+(?P<name>celsius|centigrade|fahrenheit))?\b"
    r"|(?P<bare>[CFK])(?!\w)|(?P<word>kelvin|celsius|fahrenheit)\b|(?P<han>摄氏度|华氏度|度))",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"[$€£¥]\s?$")
_HAN_SHARE = re.compile(r"百分之([零一二两三四五六七八九十百\d.]+)")
_MORE = re.compile(
    r"(?:more than|over|above|at least|mehr als|über|mindestens|plus de|au moins|más de|al menos|>|超过|至少)\s*(?:the |a |an |der |die )?$",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"(?:less than|fewer than|under|below|at most|up to|(?:not|no) more than|weniger als|unter|höchstens|bis zu|moins de|au plus|menos de|como máximo|<|不到|少于|最多)"
    r"\s*(?:the |a |an |der |die )?$",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+$")
_DIGIT_BEFORE = re.compile(r"\d[ \u00a0]?$")
_HAN_BEGINS = "\u2e80"
_NEAR = 0.004  # relative: what rounding in a conversion changes


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a unit."""

    values: tuple[
        float, ...
    ]  # as written, fractions and number words worked out; two where `1.190` may be either
    dimension: str  # what its unit measures, such as "metre"; empty without a unit
    base: tuple[float, ...]  # what it may be in the dimension's base unit; more where the unit is left open
    bound: Bound  # "<" for "less than", ">" for "more than"
    start: int  # characters
    end: int
    is_article: bool = False  # the 1 of `a day`


def quantities_in(text: str) -> list[Quantity]:
    """Every number of `text`, in order, with what it is followed by."""
    plain = unicodedata.normalize("NFKC", text) if not any(sign in text for sign in _SIGNS) else text
    found: list[Quantity] = []
    for values, start, end, doubtful in _numbers(plain):
        quantity = replace(_with_unit(plain, values, start, end), is_article=doubtful)
        if doubtful and not quantity.dimension:
            continue
        if not found or start >= found[-1].end:
            found.append(quantity)
    return found


def same_quantity(one: Quantity, other: Quantity, tolerance: float = _NEAR) -> bool:
    """Whether two quantities are equal within `tolerance`, a share; one that names no unit takes the other's."""
    if one.dimension == other.dimension and one.dimension:
        return _any_near(one.base, other.base, tolerance)
    if one.dimension and other.dimension:
        return False
    # Half of it is 50 %.
    is_share = "share" in (one.dimension, other.dimension)
    return _any_near(one.values, other.values, tolerance) or (
        is_share and _any_near(one.base, other.base, tolerance)
    )


def _any_near(some: Sequence[float], others: Sequence[float], tolerance: float) -> bool:
    return any(math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-9) for one in some for other in others)


def _numbers(text: str) -> list[tuple[tuple[float, ...], int, int, bool]]:
    """Values, place, and whether it may be no number, of all that is written in digits or words."""
    found: list[tuple[tuple[float, ...], int, int, bool]] = []
    for share in _HAN_SHARE.finditer(text):
        value = float(share[1]) if share[1].replace(".", "").isdecimal() else _first_word(share[1])
        if value is not None:
            found.append(((value,), share.start(), share.end(), False))
    found += [(_values(match[0]), *match.span(), False) for match in _NUMBER.finditer(text)]
    digits = [(start, end) for _, start, end, _ in found]
    for word in number_words(text):
        # `7 billion`: the word belongs to the digits before it.
        scales = _DIGIT_BEFORE.search(text[max(0, word.start - 3) : word.start])
        if not scales and not any(start <= word.start < end for start, end in digits):
            found.append(((word.value,), word.start, word.end, word.is_doubtful))
    return sorted(found, key=lambda row: (row[1], -row[2]))


def _first_word(text: str) -> float | None:
    return next((word.value for word in number_words(text)), None)


def _values(written: str) -> tuple[float, ...]:
    """`1,190` and `1.190` may be grouped in thousands or not; `1,4` is `1.4`."""
    if written in _SIGNS:
        return (_SIGNS[written],)
    bare = written.replace("−", "-").replace(" ", "")
    if "/" in bare:
        over, _, under = bare.partition("/")
        return (_values(over)[0] / (_values(under)[0] or 1),)
    digits = re.sub("[.,]", "", bare)
    marks = len(bare) - len(digits)
    if marks == 0:
        return (float(bare),)
    if _GROUPED.match(bare.lstrip("-")):
        grouped = float(digits)
        return (grouped, float(bare.replace(",", "."))) if marks == 1 else (grouped,)
    last = max(bare.rfind("."), bare.rfind(","))
    return (float(f"{re.sub('[.,]', '', bare[:last])}.{bare[last + 1 :]}"),)


def _with_unit(text: str, values: tuple[float, ...], start: int, end: int) -> Quantity:
    before = text[max(0, start - 24) : start]
    bound: Bound = "<" if _LESS.search(before) else ">" if _MORE.search(before) else ""
    if text.startswith("百分之", start):
        return Quantity(values, "share", tuple(value / 100 for value in values), bound, start, end)
    if degree := _DEGREE.match(text, end):
        base = tuple(kelvin for value in values for kelvin in _kelvin(value, degree))
        return Quantity(values, "kelvin", base, bound, start, degree.end())
    after = _AFTER.match(text, end)
    if after and (scale := _SCALES.get(after["word"].casefold())):
        values, end = tuple(value * scale for value in values), after.end()
        after = _AFTER.match(text, end)
    unit = _unit(after["word"].strip()) if after else None
    if after and unit:
        end = after.end()
    elif money := _PREFIX.search(before):
        unit = _unit(money[0].strip())
    dimension, factor = unit or ("", 1.0)
    return Quantity(values, dimension, tuple(value * factor for value in values), bound, start, end)


def _unit(word: str) -> tuple[str, float] | None:
    if word in _BY_NAME:
        return _BY_NAME[word]
    if word[0] > _HAN_BEGINS:
        # No blank parts a measure word from what follows.
        heads = (word[:length] for length in range(min(3, len(word)), 0, -1))
        return next((_BY_NAME[head] for head in heads if head in _BY_NAME), None)
    # Of one letter the case tells metres from mega-.
    return _BY_FOLDED.get(word.casefold()) if len(word) > 1 else None


def _kelvin(value: float, match: re.Match[str]) -> tuple[float, ...]:
    named = (
        match["sign"] or match["name"] or match["bare"] or match["word"] or match["han"] or ""
    ).casefold()
    celsius, fahrenheit = value + 273.15, (value - 32) * 5 / 9 + 273.15
    if named.startswith(("c", "摄")):
        return (celsius,)
    if named.startswith(("f", "华")):
        return (fahrenheit,)
    if named.startswith("k"):
        return (value,)
    return (celsius, fahrenheit)
