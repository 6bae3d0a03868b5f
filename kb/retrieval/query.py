"""A question's words, and the full-text expression that finds them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.indexing.tokens import unspaced_bigrams

_WORD = re.compile(r"\w+")
MAX_TERMS = 64  # beyond this a query is a pasted text, and its first words say what it is about


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for."""

    text: str  # as asked, for the embedding model
    words: tuple[str, ...]  # distinct, lower case, in order
    bigrams: tuple[str, ...]  # of scripts written without spaces

    @property
    def match(self) -> str:
        """An FTS5 expression that any word or bigram may match; empty when there is none."""
        words = [f'"{word}"' for word in self.words]
        bigrams = [f'bigrams : "{bigram}"' for bigram in self.bigrams]
        return " OR ".join(words + bigrams)


def parse_query(text: str) -> Query:
    """Read `text` as words; FTS5 operators and quotes in it have no power."""
    words = dict.fromkeys(word.casefold() for word in _WORD.findall(text))
    bigrams = dict.fromkeys(unspaced_bigrams(text))
    return Query(text=text.strip(), words=tuple(words)[:MAX_TERMS], bigrams=tuple(bigrams)[:MAX_TERMS])
