"""The dictionary form of Korean verbs and adjectives: 먹었어요 and 먹는 are forms of 먹다.

An ending is cut off letter by letter, for it melts into the stem: 가 + 았다 is 갔다, 마시 + 어요 is 마셔요. Where several
verbs may be meant, all are told: 들어 is a form of 듣다 and of 들다. Nouns that end alike get a form, too, that no verb has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

from kb.text.language_data import language_data

_FIRST, _LAST = 0xAC00, 0xD7A3  # syllables: ((initial * 21) + vowel) * 28 + final
_VOWELS, _FINALS = 21, 28
_NONE, _NIEUN, _DIGEUT, _RIEUL, _BIEUP, _SIOT, _SSANG_SIOT = 0, 4, 7, 8, 17, 19, 20
_SILENT, _INITIAL_RIEUL, _INITIAL_HIEUT = 11, 5, 18
_A, _AE, _EO, _YEO, _O, _WA, _WAE, _OE, _U, _WO, _EU, _I = 0, 1, 4, 6, 8, 9, 10, 11, 13, 14, 18, 20
# How the vowel of a stem looks once 아 or 어 has melted into it.
_MELTED = {_YEO: (_I, _YEO), _WA: (_O,), _WO: (_U,), _WAE: (_OE,), _A: (_A, _EU), _EO: (_EO, _EU)}


def dictionary_forms(word: str) -> tuple[str, ...]:
    """What `word`, in Hangul alone, may be a form of; empty where no ending of a verb is seen."""
    shown = unicodedata.normalize("NFC", word)
    if not shown or not all(_FIRST <= ord(syllable) <= _LAST for syllable in shown):
        return ()
    stems = [stem for stem in _stems(shown) if stem]
    stems += [stem.removesuffix("시").removesuffix("으") for stem in stems if stem[1:].endswith("시")]
    return tuple(dict.fromkeys(f"{stem}다" for stem in stems if stem))


def _stems(word: str) -> Iterator[str]:
    plain, final = _endings()
    for ending in plain:
        if word.endswith(ending) and len(word) > len(ending):
            stem = word.removesuffix(ending)
            yield stem
            if ending[0] in "으은을" and _final(stem) == _NONE:
                continue
            if _final(stem) == _NONE and ending[0] in "느는니네냐":
                yield _with_final(stem, _RIEUL)  # 만드는: 만들다
    for number, ending in final:  # that begin with a final letter of the stem's last syllable: 갑니다
        stem = word.removesuffix(ending) if ending else word
        if word.endswith(ending) and len(word) > 1 and stem and _final(stem) == number:
            bare = _with_final(stem, _NONE)
            yield from (bare, _with_final(bare, _RIEUL))
            if bare.endswith("우") and len(bare) > 1:  # 추운: 춥다
                yield _with_final(bare[:-1], _BIEUP)
    for ending in language_data("ko").after_infinitive:
        stem = word.removesuffix(ending)
        if word.endswith(ending) and stem and (ending or _is_infinitive(word)):
            yield from _of_infinitive(stem)
    for ending in language_data("ko").after_past:
        stem = word.removesuffix(ending)
        if word.endswith(ending) and stem and _final(stem) == _SSANG_SIOT:
            yield from _of_infinitive(_with_final(stem, _NONE))


def _of_infinitive(word: str) -> Iterator[str]:
    """The stems of which `word` is the form in 아 or 어: 먹어, 가, 마셔, 해, 차가워, 몰라."""
    initial, vowel, final = _letters(word[-1])
    before = word[:-1]
    if final != _NONE:
        return
    if initial == _SILENT and before:
        if vowel in (_A, _EO) and _final(before) != _NONE:
            yield before
            if _final(before) == _RIEUL:
                yield _with_final(before, _DIGEUT)  # 들어: 듣다
        if vowel in (_A, _EO) and _final(before) == _NONE:
            yield _with_final(before, _SIOT)  # 지어: 짓다
        if vowel in (_WA, _WO) and _final(before) == _NONE:
            yield _with_final(before, _BIEUP)  # 차가워: 차갑다
    if initial == _INITIAL_RIEUL and vowel in (_A, _EO) and before and _final(before) == _RIEUL:
        yield f"{_with_final(before, _NONE)}르"  # 몰라: 모르다
    if initial == _INITIAL_HIEUT and vowel == _AE:
        yield f"{before}하"  # 해: 하다
        return
    if initial == _SILENT and vowel in (_A, _EO) and before:
        return
    for own in _MELTED.get(vowel, (vowel,)):
        yield before + _syllable(initial, own, _NONE)


def _is_infinitive(word: str) -> bool:
    """Whether a word without any ending may be the form in 아 or 어, as in 같이 먹어."""
    return not word.endswith("다") and _letters(word[-1])[1] in (_A, _AE, _EO, _YEO, _WA, _WAE, _WO)


@cache
def _endings() -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    """Endings that are syllables, and those that begin with a final letter, as its number and the rest."""
    numbers = {"ㄴ": _NIEUN, "ㄹ": _RIEUL, "ㅂ": _BIEUP}
    every = language_data("ko").verb_endings
    plain = tuple(ending for ending in every if ending[0] not in numbers)
    return plain, tuple((numbers[ending[0]], ending[1:]) for ending in every if ending[0] in numbers)


def _letters(syllable: str) -> tuple[int, int, int]:
    number = ord(syllable) - _FIRST
    return number // (_VOWELS * _FINALS), number // _FINALS % _VOWELS, number % _FINALS


def _syllable(initial: int, vowel: int, final: int) -> str:
    return chr(_FIRST + (initial * _VOWELS + vowel) * _FINALS + final)


def _final(word: str) -> int:
    return _letters(word[-1])[2]


def _with_final(word: str, final: int) -> str:
    initial, vowel, _ = _letters(word[-1])
    return word[:-1] + _syllable(initial, vowel, final)
