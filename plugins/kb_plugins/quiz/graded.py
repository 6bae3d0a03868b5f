"""An answer beside the note's words, and how it was graded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.plugin_api import Grade, Support, content_words, covers, quantities_in, same_quantity, words_of

Similarity = Callable[[str, str], float]  # cosine of two texts
Supports = Callable[[Sequence[tuple[str, str]]], list[Support]]  # of (statement, premise)
_TYPO, _SHORTEST_TYPO = (
    0.84,
    5,
)  # share of letters in place, and letters, from which a word counts as misspelt


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade with its reason."""

    grade: Grade
    note: str = ""


@dataclass(frozen=True)
class Attempt:
    """What was asked, what the note says, and what the learner said."""

    question: str
    key: str
    source: str  # the sentence, item or row of the key, as it stands in the note
    given: str
    aliases: tuple[str, ...]
    similarity: Similarity
    supports: Supports | None  # None without the reader

    @cached_property
    def wanted(self) -> list[str]:
        """The words of the key that say something."""
        return content_words(self.key) or words_of(self.key)

    @cached_property
    def said(self) -> list[str]:
        """All words of the answer."""
        return words_of(self.given)

    @cached_property
    def held(self) -> list[str]:
        """The words of the key that the answer has, in any form, misspelt ones too."""
        numbers = quantities_in(self.given)
        return [
            word
            for word in self.wanted
            if covers(self.said, word)
            or is_misspelt(self.said, word)
            or any(same_quantity(one, other) for one in quantities_in(word) for other in numbers)
        ]

    @cached_property
    def share(self) -> float:
        """Of the key's words, from 0 to 1."""
        return len(self.held) / len(self.wanted) if self.wanted else 0.0

    @cached_property
    def added(self) -> list[str]:
        """What the answer says beside the words of key and question."""
        known = [*words_of(self.key), *words_of(self.question)]
        return [
            word
            for word in content_words(self.given)
            if not covers(known, word) and not is_misspelt(known, word)
        ]

    @property
    def compare(self) -> str:
        """What the learner is asked to do where nothing decides."""
        return "Compare it with the note's words."


def is_misspelt(said: Sequence[str], word: str) -> bool:
    """Whether one of the words `said` is `word` with a slip."""
    from rapidfuzz.fuzz import ratio

    return len(word) >= _SHORTEST_TYPO and any(
        ratio(other, word) >= 100 * _TYPO for other in said if len(other) >= _SHORTEST_TYPO - 1
    )
