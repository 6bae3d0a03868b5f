"""Passages that stand in the vault more than once: copied, quoted, or kept in two versions."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from functools import cached_property
from heapq import nlargest

_WORD = re.compile(r"\w+")
# Two versions of a text share this much of their words (Jaccard); in a shorter one, one word is another statement.
_SHARED, _FEWEST_WORDS = 0.9, 20


class TokenSet:
    """The words of a passage, whatever stands between them."""

    def __init__(self, text: str) -> None:
        found = _WORD.findall(text.casefold())
        self.text = " ".join(found)
        self.words = frozenset(found)

    @cached_property
    def telling(self) -> list[str]:
        """So many of the words, longest first, that another text which shares most of them has one of these.

        Prefix filtering (Bayardo, Ma and Srikant, "Scaling Up All Pairs Similarity Search", 2007): in a set of n words,
        a set with a Jaccard similarity of t has at least t·n, so that it cannot do without all of any n - t·n + 1.
        """
        count = len(self.words) - math.ceil(_SHARED * len(self.words)) + 1
        return nlargest(count, self.words, key=lambda word: (len(word), word))


class NearDuplicateFilter:
    """The passages shown so far, by their wording."""

    def __init__(self, query_words: Collection[str], *, versions: bool) -> None:
        """With `versions`, one that differs in few words is the same, unless in a number or in a word of the query."""
        self._query = frozenset(query_words)
        self._versions = versions
        self._same: dict[str, int] = {}
        self._with_word: dict[str, list[int]] = {}
        self._shown: list[TokenSet] = []

    def number_of(self, wording: TokenSet) -> int | None:
        """Which one, counted from 0, has this wording; None for none."""
        same = self._same.get(wording.text) if wording.words else None
        return self._version_of(wording) if same is None else same

    def add(self, wording: TokenSet) -> None:
        """Take this as the next one shown."""
        self._same.setdefault(wording.text, len(self._shown))
        if self._versions and len(wording.words) >= _FEWEST_WORDS:
            for word in wording.telling:
                self._with_word.setdefault(word, []).append(len(self._shown))
        self._shown.append(wording)

    def _version_of(self, wording: TokenSet) -> int | None:
        if not self._versions or len(wording.words) < _FEWEST_WORDS:
            return None
        near = {number for word in wording.telling for number in self._with_word.get(word, ())}
        return next(
            (number for number in sorted(near) if self._is_version(wording, self._shown[number])), None
        )

    def _is_version(self, one: TokenSet, other: TokenSet) -> bool:
        differing = one.words ^ other.words
        return (
            len(one.words & other.words) >= _SHARED * len(one.words | other.words)
            and not differing & self._query
            and not any(character.isdigit() for word in differing for character in word)
        )
