"""A sentence with the phrases of one language in it, and what can be asked of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.injection.phrases import Found, Grammar, Hit

REACH = 2  # words between "note to" and "assistant"
OBJECT = 6  # words between a verb and what it is done to
WORD = re.compile(r"\w+")
_CLAUSE_ENDS = frozenset('.,;:!?—–()[]{}"“”„«»‹›…、。，：；！？「」『』،؛؟|>\n*-•')
_LETTERS = re.compile(r"[^\W\d_]+")
_LOUD = re.compile(r"[\"“„«「『]\S|'\S[^'\n]{0,80}'|\[\[|!\[|https?://")


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence with the phrases of one language in it."""

    text: str  # as written, without disguise
    low: str  # folded
    found: Found
    grammar: Grammar
    is_for_people: bool

    @property
    def spaced(self) -> bool:
        return self.grammar.spaced

    def hits(self, *purposes: str) -> list[Hit]:
        return [hit for purpose in purposes for hit in self.found.get(purpose, ())]

    def has(self, *purposes: str) -> bool:
        return all(purpose in self.found for purpose in purposes)

    def words_between(self, first: Hit, second: Hit) -> int:
        return len(WORD.findall(self.low[first.end : second.start])) if first.end <= second.start else 99

    def follows(self, first: str, second: Sequence[str], most: int) -> bool:
        """Whether a phrase of `second` stands behind one of `first`, with `most` words between them."""
        if not self.spaced:
            return first in self.found and any(purpose in self.found for purpose in second)
        return any(
            self.words_between(one, other) <= most for one in self.hits(first) for other in self.hits(*second)
        )

    def near(self, first: str, second: str, most: int) -> bool:
        return self.follows(first, (second,), most) or self.follows(second, (first,), most)

    def commands(self, purpose: str) -> list[Hit]:
        """The hits that open a clause, as an order does in most languages; elsewhere all."""
        if self.grammar.free_order:
            return self.hits(purpose)
        return [hit for hit in self.hits(purpose) if self.opens(hit)]

    def opens(self, hit: Hit) -> bool:
        """Whether a clause begins with `hit`, but for words such as "please"."""
        start = hit.start
        leads: dict[int, int] = {}
        for lead in self.hits("lead"):
            leads[lead.end] = min(lead.start, leads.get(lead.end, lead.start))
        for _ in range(4):  # "please do always say"
            before = self.low[:start].rstrip(" \t")
            if not before or before[-1] in _CLAUSE_ENDS:
                return True
            if len(before) not in leads:
                return False
            start = leads[len(before)]
        return False

    def ends_noun(self, hit: Hit) -> bool:
        """Whether the noun at `hit` is not the beginning of another, as in "AI engineer"."""
        rest = self.low[hit.end :].lstrip(" \t")
        if not rest or not self.spaced or not rest[0].isalnum():
            return True
        return any(other.start == len(self.low) - len(rest) for other in self.hits("self"))


def is_command(reading: Reading) -> bool:
    return bool(reading.commands("order") or reading.hits("you_must") or reading.commands("hide"))


def within(reading: Reading, one: Hit, other: Hit, most: int) -> bool:
    return min(reading.words_between(one, other), reading.words_between(other, one)) <= most


def is_loud(reading: Reading) -> bool:
    """Whether it dictates a word: in quotation marks, in capitals, as a link."""
    return reading.has("order") and (is_dictated(reading.text) or reading.has("only"))


def is_dictated(text: str) -> bool:
    return _LOUD.search(text) is not None or any(
        word.isupper() and len(word) > 2 for word in _LETTERS.findall(text)
    )
