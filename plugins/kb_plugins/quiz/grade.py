"""Grades a free answer in three bands. Similarity alone never fails an answer: where words and numbers do not
decide, the learner does, with the source in view."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.plugin_api import Grade, content_words, contradicts, covers, numbers_of, polarity, words_of
from kb_plugins.quiz.item import Item, normal_form

_TYPO = 0.84  # share of letters in place from which a longer word counts as misspelt
_LONG = 4  # content words of a key from which an answer may say it otherwise
_COVERED = 0.6  # of a long key's content words that make an answer right
_SIMILAR = 0.45  # cosine from which an answer without a common word may still mean the same
_GIVE_UP = re.compile(
    r"(?:\?+|-+|\.+|idk|no idea|i (?:don'?t|do not) know|dunno|pass|keine ahnung|wei(?:ß|ss) (?:ich )?nicht|"
    r"ich wei(?:ß|ss) (?:es )?nicht|no sé|no lo sé|je ne sais pas)[.!?]*$",
    re.IGNORECASE,
)
_YES = frozenset("true t yes y right correct wahr ja richtig vrai oui verdadero sí si".split())
_NO = frozenset("false f no n wrong incorrect falsch nein faux non falso".split())
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Similarity = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade with its reason."""

    grade: Grade
    note: str = ""


def grade(item: Item, answer: str, similarity: Similarity, aliases: Sequence[str] = ()) -> Graded:
    """How `answer` does; `similarity` is the cosine of two texts, asked only where words do not decide."""
    given = answer.strip()
    if gives_up(given):
        return Graded("wrong", "No answer.")
    if item.kind == "choice":
        return _of_choice(item, given)
    if item.kind == "true-false":
        said = "true" if given.casefold() in _YES else "false" if given.casefold() in _NO else ""
        if not said:
            return Graded("unsure", "Answer true or false.")
        return Graded("right" if said == item.expected else "wrong", f"It is {item.expected}.")
    return _of_words(item, given, similarity, aliases)


def gives_up(answer: str) -> bool:
    """Whether an answer says nothing, or that nothing is known."""
    return not words_of(answer) or bool(_GIVE_UP.match(answer.strip()))


def _of_choice(item: Item, given: str) -> Graded:
    letter = given.casefold().rstrip(").")
    chosen = (
        item.options[_LETTERS.index(letter)]
        if len(letter) == 1 and letter in _LETTERS[: len(item.options)]
        else next((option for option in item.options if normal_form(option) == normal_form(given)), "")
    )
    if not chosen:
        last = _LETTERS[len(item.options) - 1]
        return Graded("unsure", f"Answer with a letter, a to {last}, or write the option out.")
    return Graded("right" if chosen == item.key else "wrong")


def _of_words(item: Item, given: str, similarity: Similarity, aliases: Sequence[str]) -> Graded:
    if any(normal_form(given) == normal_form(form) for form in (item.key, *aliases)):
        return Graded("right")
    wanted_numbers, given_numbers = set(numbers_of(item.key)), set(numbers_of(given))
    wanted = content_words(item.key) or words_of(item.key)
    said = words_of(given)
    held = [word for word in wanted if covers(said, word) or _misspelt(said, word)]
    only_number = all(any(character.isdigit() for character in word) or len(word) <= 2 for word in wanted)
    if wanted_numbers and given_numbers and not wanted_numbers & given_numbers:
        return Graded("wrong", f"The note says {item.key}.")
    # A statement is compared with itself; what stands around a term says what is true of it.
    told = item.key if len(wanted) >= _LONG else item.quote
    if contradicts(polarity(given), polarity(told)) and held:
        return Graded("unsure", "That may be the opposite of what the note says.")
    if wanted_numbers and only_number:
        known = wanted_numbers <= given_numbers and _same_unit(wanted, said)
        return Graded("right" if known else "unsure", "" if known else f"Compare: {item.key}.")
    if wanted_numbers - given_numbers:
        return Graded("unsure", "The note gives a number.")
    share = len(held) / len(wanted)
    if len(wanted) < _LONG:
        if share == 1 and len(said) <= 4 * len(wanted) + 6:
            exact = all(covers(said, word) for word in wanted)
            return Graded("right", "" if exact else f"Spelt: {item.key}")
        if share > 0 or similarity(given, item.key) >= _SIMILAR:
            return Graded("unsure", "Close; compare it with the note.")
        return Graded("wrong")
    if share >= _COVERED:
        return Graded("right")
    return Graded("unsure", "Compare it with the note's words.")


def _same_unit(wanted: Sequence[str], said: Sequence[str]) -> bool:
    """Whether an answer names no unit, or the key's, be it by its first letter."""
    units = [word for word in wanted if not word[0].isdigit()]
    named = [word for word in said if not word[0].isdigit()]
    return (
        not units
        or not named
        or any(covers(named, unit) or unit[0] in named or unit[:3] in named for unit in units)
    )


def _misspelt(said: Sequence[str], word: str) -> bool:
    from rapidfuzz.fuzz import ratio

    return len(word) >= 5 and any(ratio(other, word) >= 100 * _TYPO for other in said if len(other) >= 4)
