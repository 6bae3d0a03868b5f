"""Reads what the learner said: which parts of the fact are there, missing or contradicted, and what else it may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kb.plugin_api import (
    Grade,
    content_words,
    contradicts,
    covers,
    polarity,
    quantities_in,
    same_quantity,
    words_of,
)
from kb_plugins.quiz.grade import gives_up, grade
from kb_plugins.quiz.graded import is_misspelt
from kb_plugins.quiz.item import Item, normal_form
from kb_plugins.socratic.parts import Part
from kb_plugins.study.minds import Minds

_THERE = 0.4  # of a part's words that tell it
_SAME = 0.62  # cosine from which a part is told in other words
_TOUCHED = 0.3  # of a part's words, from which it can be contradicted
_STATED = 0.7  # of the learner's words that another sentence holds
_SHORT = 2  # content words from which a model can tell what is denied
_DOUBTED = 0.25  # the same where words speak for it as well
_CONTRARY = 0.7  # probability from which the support model says that a part is contradicted
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
_FEWEST = 3  # content words of a statement
_ASKS = re.compile(
    r"(?:what (?:do|does|did|is|are|exactly|kind)\b|which\b|why\b|how\b|when\b|where\b|who\b|can you|could you|do you mean|i don'?t understand|"
    r"what'?s the question|what else|what'?s missing|and then|then\b|was (?:noch|fehlt)\b|und dann|weiter\b|was (?:meinst|ist|heißt|bedeutet)\b|wie\b|warum\b|welche\w*\b|wo\b|wer\b|kannst du|ich verstehe|que veux|qu’|qu'|"
    r"quel\w*\b|comment\b|pourquoi\b|où\b|qué\b|¿|cómo\b|por qué\b|cuál\b|什么|怎么|为什么|哪)",
    re.IGNORECASE,
)
_ASKS_HAN = re.compile(r"[吗呢]|什么|怎么|哪")
Kind = Literal["answer", "unknown", "question", "elsewhere", "plea"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What one turn of the learner holds."""

    kind: Kind
    grade: Grade
    present: frozenset[int] = frozenset()  # numbers of the parts that are there
    contradicted: frozenset[int] = frozenset()
    belongs_to: Item | None = None  # the card of the same notes whose answer was given


class Listener:
    """Knows what may be said to one question."""

    def __init__(
        self,
        item: Item,
        parts: Sequence[Part],
        sentences: Sequence[str],
        others: Sequence[Item],
        aliases: Sequence[str],
        minds: Minds,
    ) -> None:
        self._item, self._parts, self._minds, self._aliases = item, parts, minds, aliases
        self._sentences = sentences  # of the fact's section, without the one that states it
        self._others = others  # cards of the same notes

    def hear(self, text: str) -> Heard:
        """Read one turn."""
        if gives_up(text):
            return Heard("unknown", "wrong")
        graded = grade(self._item, text, self._minds.similarity, self._aliases, self._minds.supports)
        if graded.grade == "right":
            return Heard("answer", "right", frozenset(range(len(self._parts))))
        if _is_question(text):
            return Heard("question", "unsure")
        present = frozenset(number for number, part in enumerate(self._parts) if self._holds(text, part))
        against = frozenset(
            number
            for number, part in enumerate(self._parts)
            if number not in present and self._denies(text, part.text)
        ) | frozenset(number for number in present if self._denies(text, self._parts[number].text))
        if present - against:
            # What says one part rightly is not held against another that shares words with it.
            against &= present
        heard = Heard("answer", graded.grade, present - against, against)
        if present or against:
            return replace(heard, grade="unsure") if present - against and graded.grade == "wrong" else heard
        if self._is_stated(text):
            return replace(heard, kind="elsewhere", grade="unsure")
        return replace(heard, belongs_to=self._belonging(text)) if graded.grade == "wrong" else heard

    def _holds(self, text: str, part: Part) -> bool:
        """Whether `text` tells `part`, in its words or in others."""
        asked = words_of(self._item.question or self._item.stem)
        bare = _ASIDE.sub(" ", part.text).strip() or part.text
        wanted = [word for word in content_words(bare) if not covers(asked, word)] or content_words(bare)
        said = words_of(text)
        if part.category == "name":
            surname = content_words(bare)[-1:]  # by which people are told apart
            return bool(surname) and (covers(said, surname[0]) or is_misspelt(said, surname[0]))
        numbers, given = [one for one in quantities_in(bare) if not one.is_article], quantities_in(text)
        if numbers and not all(any(same_quantity(one, other) for other in given) for one in numbers):
            return False
        held = sum(covers(said, word) or is_misspelt(said, word) for word in wanted)
        if wanted and held >= max(1, _THERE * len(wanted)):
            return True
        long = len(wanted) >= _FEWEST and len(content_words(text)) >= _FEWEST
        return long and self._minds.similarity(text, bare) >= _SAME

    def _denies(self, text: str, part: str) -> bool:
        """Whether `text` speaks of `part` and says the opposite."""
        said, wanted = words_of(text), content_words(part)
        touched = sum(covers(said, word) for word in wanted)
        if not wanted or touched < max(1, _TOUCHED * len(wanted)):
            return False
        turned = contradicts(polarity(text), polarity(part))
        if self._minds.supports is None or len(content_words(text)) < _SHORT:
            return turned
        return self._minds.supports([(text, part)])[0].contradicts >= (_DOUBTED if turned else _CONTRARY)

    def _is_stated(self, text: str) -> bool:
        """Whether another sentence of the section says it."""
        words = content_words(text)
        if len(words) < _FEWEST:
            return False
        for sentence in self._sentences:
            known = words_of(sentence)
            if sum(covers(known, word) for word in words) >= _STATED * len(words):
                return not contradicts(polarity(text), polarity(sentence))
        return False

    def _belonging(self, text: str) -> Item | None:
        said = normal_form(text)
        return next((other for other in self._others if normal_form(other.key) == said), None)


def _is_question(text: str) -> bool:
    """A question that is no guess: `what do you mean?`, and not `is it tea?`."""
    bare = text.strip()
    return bool(_ASKS.match(bare) or (bare.endswith("？") and _ASKS_HAN.search(bare))) and (
        bare.endswith(("?", "？"))
        or bool(re.match(r"(?:i don'?t understand|ich verstehe)", bare, re.IGNORECASE))
    )
