"""What is searched for: words, and what a person demands of the results with operators.

`"exact phrase"`, `-word`, `tag:tea`, `path:journal`, `title:oolong`, `is:book` or any `property:value`,
`before:2026-03-01`, `after:2026`, `link:[[Oolong]]`. A leading minus turns any of them round.
A question is read by `parse_question`, where none of this has power.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from kb.text.characters import plain
from kb.text.words import Compound, bigrams, compounds, pieces

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
    words: tuple[str, ...]  # distinct, lower case, in order; pieces of compounds too
    bigrams: tuple[str, ...]  # of scripts written without spaces and of Hangul
    compounds: tuple[Compound, ...] = ()  # words of several pieces
    beginnings: tuple[str, ...] = ()  # those of the words that may go on: the last typed, and `gard*`
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
    cut = pieces(text)
    words = dict.fromkeys(plain(piece.text) for piece in cut if piece.kind != "unspaced")
    runs = [piece.text for piece in cut if piece.kind in ("hangul", "unspaced")]
    pairs = dict.fromkeys(pair for run in runs for pair in bigrams(run))
    whole = dict.fromkeys(compounds(text, cut))
    return Query(
        text=text,
        words=tuple(words)[:MAX_TERMS],
        bigrams=tuple(pairs)[:MAX_TERMS],
        compounds=tuple(whole)[:MAX_TERMS],
    )


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
    rest = "".join(kept) + text[end:]
    question = parse_question(rest)
    return replace(
        question,
        beginnings=_beginnings(rest),
        phrases=tuple(phrases),
        unwanted=tuple(unwanted),
        conditions=tuple(conditions),
    )


def words_of_title(title: str) -> list[str]:
    """The words of a title or alias as a query would have them."""
    return [plain(piece.text) for piece in pieces(title) if piece.kind == "word"]


def _beginnings(text: str) -> tuple[str, ...]:
    """The words of `text` with a star, and the one it ends with."""
    found = [piece for piece in pieces(text) if piece.end == len(text) or text[piece.end] == "*"]
    return tuple(plain(piece.text) for piece in found if piece.kind in ("word", "hangul"))


def _operators(text: str, known: Collection[str]) -> Iterator[re.Match[str]]:
    for found in _OPERATOR.finditer(text):
        content = found["phrase"] or found["word"] or found["quoted"] or found["link"] or found["plain"] or ""
        if _WORD.search(content) and (not found["name"] or found["name"].casefold() in known):
            yield found
