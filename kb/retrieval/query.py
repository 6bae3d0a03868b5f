"""What is searched for: words, and what a person demands of the results with operators.

`"exact phrase"`, `-word`, `tag:tea`, `path:journal`, `title:oolong`, `is:book` or any `property:value`,
`before:2026-03-01`, `after:2026`, `link:[[Oolong]]`. A leading minus turns any of them round.
A question is read by `parse_question`, where none of this has power.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from kb.indexing.tokens import unspaced_bigrams

_WORD = re.compile(r"\w+")
_OPERATOR = re.compile(
    r'(?<!\S)(?P<minus>-)?(?:(?P<name>\w[\w-]*+):(?:"(?P<quoted>[^"\n]*+)"|\[\[(?P<link>[^\]\n]++)\]\]|(?P<plain>[^\s":]++))'
    r'|"(?P<phrase>[^"\n]++)"|(?<=-)(?P<word>\w[\w-]*+))(?!\S)'
)
MAX_TERMS = 64  # beyond this a query is a pasted text, and its first words say what it is about
MAX_CHARACTERS = 10_000  # read of a query
FIELDS = ("tag", "path", "title", "before", "after", "link")


@dataclass(frozen=True, slots=True)
class Condition:
    """Something demanded of a note: `tag:tea`, or with `negated`, that it be not so."""

    name: str  # one of FIELDS or a property's name, lower case
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for."""

    text: str  # without operators, for the embedding model
    words: tuple[str, ...]  # distinct, lower case, in order
    bigrams: tuple[str, ...]  # of scripts written without spaces
    phrases: tuple[str, ...] = ()  # each must stand in the passage
    unwanted: tuple[str, ...] = ()  # words and phrases that must not
    conditions: tuple[Condition, ...] = ()  # on the passage's note

    @property
    def has_words(self) -> bool:
        """Whether there is anything for the full-text index to find."""
        return bool(self.words or self.bigrams)

    @property
    def is_filtered(self) -> bool:
        """Whether some passages are ruled out, however well they match."""
        return bool(self.phrases or self.unwanted or self.conditions)


def parse_question(text: str) -> Query:
    """Read `text` as words alone; no operator, quote or FTS5 syntax in it has power."""
    text = text.strip()[:MAX_CHARACTERS]
    words = dict.fromkeys(word.casefold() for word in _WORD.findall(text))
    bigrams = dict.fromkeys(unspaced_bigrams(text))
    return Query(text=text, words=tuple(words)[:MAX_TERMS], bigrams=tuple(bigrams)[:MAX_TERMS])


def parse_query(text: str, properties: Collection[str] = ()) -> Query:
    """Read `text` with operators; `name:value` is one only where `name` is in FIELDS or `properties`."""
    text = text.strip()[:MAX_CHARACTERS]
    known = {*FIELDS, "is", *(name.casefold() for name in properties)}
    phrases: list[str] = []
    unwanted: list[str] = []
    conditions: list[Condition] = []
    kept = []
    end = 0
    for found in _operators(text, known):
        kept.append(text[end : found.start()])
        end = found.end()
        negated = bool(found["minus"])
        if found["name"]:
            value = found["quoted"] or found["link"] or found["plain"] or ""
            conditions.append(Condition(found["name"].casefold(), value.strip(), negated))
        elif negated:
            unwanted.append(found["phrase"] or found["word"])
        else:
            phrases.append(found["phrase"])
            kept.append(f" {found['phrase']} ")
    plain = parse_question("".join(kept) + text[end:])
    return Query(plain.text, plain.words, plain.bigrams, tuple(phrases), tuple(unwanted), tuple(conditions))


def words_of_title(title: str) -> list[str]:
    """The words of a title or alias as a query would have them."""
    return [word.casefold() for word in _WORD.findall(title)]


def _operators(text: str, known: Collection[str]) -> Iterator[re.Match[str]]:
    for found in _OPERATOR.finditer(text):
        content = found["phrase"] or found["word"] or found["quoted"] or found["link"] or found["plain"] or ""
        if _WORD.search(content) and (not found["name"] or found["name"].casefold() in known):
            yield found
