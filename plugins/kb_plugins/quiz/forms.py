"""Answers that are the key in another form: synonyms in parentheses, a surname, a day, a list in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from kb.plugin_api import content_words, covers, day_in, numbers_of, words_of
from kb_plugins.quiz.graded import Attempt, Graded, is_misspelt
from kb_plugins.quiz.item import normal_form

_PARENTHESIS = re.compile(r"(?<!\s)\s*+[(（]([^()（）]{2,60})[)）]\s*+")
_END_OF_MONTH = re.compile(r"^.*\b(?:end of|ende|fin|finales de)\b\s*", re.IGNORECASE)
_OR = re.compile(
    r"(?<!\s)\s++(?:or|oder|ou|o|also called|also known as|auch genannt|aka|/)\s++|或", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_][\w’'.-]*(?:\s+[^\W\d_][\w’'.-]*){1,3}$")
_JOIN = re.compile(
    r"(?<!\s)\s*+(?:[,;、，；]\s*+(?:(?:and|und|et|y)\s++)?|[和与]\s*+)|(?<!\s)\s++(?:and|und|et|y|&)\s++"
)
# What stands around a Chinese or Japanese term without naming anything.
_PARTICLES = re.compile(r"^(?:在|是|位于|于|因为|为了)|(?:里面|里|中|内|上|的|了|です|だ)$")
_LABEL = re.compile(r"(?P<name>[^:：\n]{2,60})(?:: |：| [–-] )")
_MOST_PART = 5  # words of one part of a list that stands in one line
_SINGLE_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{3,}")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_SIGNS = 4  # of a term in Chinese characters
_SAME_NAME = 0.75  # cosine from which two names may be one in two languages
_PART = 0.6  # of a part's words that tell it
_MOST_FORM = 6  # words of a form given by `or`


def forms_of(key: str) -> Iterator[str]:
    """`key`, without its parenthesis, what stands in it, and alternatives that the key names itself."""
    yield key
    bare = _PARENTHESIS.sub(" ", key).strip()
    if bare and bare != key:
        yield bare
        for inner in _PARENTHESIS.findall(key):
            if len(inner.split()) <= _MOST_FORM and not inner.casefold().startswith(
                ("e.g", "z.b", "for example")
            ):
                yield inner
    alternatives = _OR.split(bare or key)
    if 1 < len(alternatives) <= 3 and all(0 < len(part.split()) <= _MOST_FORM for part in alternatives):
        yield from alternatives


def of_forms(attempt: Attempt) -> Graded | None:
    """Right where the answer is the key, or one of its other names, but for case, articles and signs."""
    given = normal_form(attempt.given)
    for form in (*forms_of(attempt.key), *attempt.aliases):
        if given == normal_form(form) or _core(given) == _core(normal_form(form)):
            return Graded("right")
    name = _PARENTHESIS.sub(" ", attempt.key).strip()
    if is_name(name) and len(attempt.said) == 1:
        # People are called by their surname.
        surname = words_of(name)[-1]
        if attempt.said[0] == surname or is_misspelt(attempt.said, surname):
            return Graded("right", "" if attempt.said[0] == surname else f"Spelt: {attempt.key}")
    return None


def _core(form: str) -> str:
    bare = _PARTICLES.sub("", _PARTICLES.sub("", form))
    return bare or form


def of_names(attempt: Attempt) -> Graded | None:
    """Another name of the same kind is wrong: no name is a word for another."""
    key = _PARENTHESIS.sub(" ", attempt.key).strip(" .")
    given = attempt.given.strip(" .!")
    if is_name(key) and is_name(given):
        surname = words_of(key)[-1]
        known = surname in attempt.said or is_misspelt(attempt.said, surname)
        return None if known else Graded("wrong")
    both_single = all(_SINGLE_NAME.fullmatch(one) for one in (key, given))
    if both_single and not attempt.share and attempt.similarity(given, key) < _SAME_NAME:
        return Graded("wrong")
    if _is_other_sign(key, given) and attempt.similarity(given, key) < _SAME_NAME:
        return Graded("wrong")
    return None


def _is_other_sign(key: str, given: str) -> bool:
    """Whether two short terms in Chinese characters share none of them."""
    mine, theirs = _core(normal_form(key)), _core(normal_form(given))
    short = all(0 < len(one) <= _SIGNS and _HAN.fullmatch(one) for one in (mine, theirs))
    return short and not set(mine) & set(theirs)


def is_name(text: str) -> bool:
    """Whether `text` looks like the name of a person: two to four words, each with a capital."""
    words = text.split()
    capitals = all(word[:1].isupper() and not word.isupper() for word in words)
    return bool(_NAME.match(text)) and capitals


def of_days(attempt: Attempt) -> Graded | None:
    """A key that is a day is compared as a day, in whatever form it is written."""
    day = day_in(attempt.key)
    if day is None or len(attempt.wanted) > 5:
        return None
    given = day_in(attempt.given)
    if given is not None:
        return Graded("right") if given == day else Graded("wrong", f"The note says {attempt.key}.")
    if _END_OF_MONTH.search(attempt.given) and (day + timedelta(days=1)).day == 1:
        # `The end of March` is the 31st.
        last = day_in(f"{day.day} {_END_OF_MONTH.sub('', attempt.given)}")
        if last == day:
            return Graded("right")
    numbers = {int(number) for number in numbers_of(attempt.given) if number.isdecimal() and len(number) < 5}
    if numbers - {day.year, day.month, day.day}:
        return Graded("wrong", f"The note says {attempt.key}.")
    return Graded("unsure", "The note names a day.") if numbers or attempt.held else None


def parts_of(key: str) -> list[str]:
    """The parts of a list: its lines, or what commas and "and" part in one line of short terms."""
    lines = [line.strip(" \t-*+•") for line in key.split("\n") if line.strip(" \t-*+•")]
    if len(lines) > 1:
        # A label on a line of its own belongs to what stands below it.
        joined = re.sub(r"[:：]\n", ": ", "\n".join(lines)).split("\n")
        return [re.sub(r"^\d+[.)]\s+", "", line) for line in joined]
    parts = [part.strip() for part in _JOIN.split(key.rstrip(".。")) if part and part.strip()]
    return parts if len(parts) > 1 and all(len(part.split()) <= _MOST_PART for part in parts) else []


def of_lists(attempt: Attempt) -> Graded | None:
    """A list is right when every part is there, in any order; part of it leaves the rest to the learner."""
    parts = parts_of(attempt.key)
    if not parts or not all(content_words(part) for part in parts):
        return None
    said = [*attempt.said, *attempt.held]  # with what is there as a number or misspelt
    there = [part for part in parts if holds(said, part, attempt.key)]
    if len(there) == len(parts):
        return Graded("right")
    if there:
        return Graded("unsure", f"{len(there)} of {len(parts)} parts are there.")
    if not attempt.held and len(attempt.added) >= 2:
        return None  # perhaps in other words
    return Graded("wrong") if not attempt.held and len(parts) > 2 else None


def holds(said: list[str], part: str, key: str) -> bool:
    """Whether the words `said` name `part`; what every part of `key` shares does not tell one from another."""
    others = [words_of(other) for other in parts_of(key) if other != part]
    wanted = content_words(part)
    own = [word for word in wanted if not (others and all(covers(other, word) for other in others))] or wanted
    label = _LABEL.match(part)
    named = content_words(label["name"]) if label else []
    if named and all(covers(said, word) or is_misspelt(said, word) for word in named):
        return True  # `Speed: it answers at once` is named by its label
    held = sum(covers(said, word) or is_misspelt(said, word) for word in own)
    return held >= max(1, _PART * len(own))
