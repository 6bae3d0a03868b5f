"""What a sentence denies: a sentence and its quote must deny the same things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.words import covers, words_of
from kb.text.function_words import FUNCTION_WORDS
from kb.text.language_data import language_data

# French "ne … pas" stands round its verb, before the next content word in either case.
_LANGUAGES = ("en", "de", "es", "fr", "pt", "nl", "sv", "pl", "ru")
_CUES = frozenset[str]().union(*(language_data(code).negations for code in _LANGUAGES))
_PAIR = 2  # characters, as which scripts without spaces are read
_CHINESE = language_data("zh")
# "not only … but also" and "no longer than" deny nothing of what follows.
_EXCUSED = {"not": ("only", "just"), "nicht": ("nur", "bloß"), "no": ("doubt",), "rather": ("like",)}
_CLAUSE_END = re.compile(r"[,;:.!?()–—]\s|[，。；：！？、]|\b(?:but|sondern|sino|mais)\b")


@dataclass(frozen=True, slots=True)
class Polarity:
    """The content words of a text, parted into those it denies and those it affirms."""

    denied: frozenset[str]
    affirmed: frozenset[str]


def polarity(text: str) -> Polarity:
    """Read which words of `text` stand right under a negation.

    Only the first content word after the cue counts as denied (the last before it, where none follows in the
    clause): farther ones are as often context as they are denied.
    """
    denied: set[str] = set()
    affirmed: set[str] = set()
    for clause in _CLAUSE_END.split(text):
        words = words_of(clause)
        heads = {head for index in range(len(words)) if (head := _denied_by(words, index)) is not None}
        denied.update(words[head] for head in heads)
        # What follows a denied word in its clause is neither denied nor affirmed for sure.
        sure = words[: min(heads, default=len(words))]
        affirmed.update(word for word in sure if _has_content(word))
    return Polarity(frozenset(denied), frozenset(affirmed))


def contradicts(sentence: Polarity, source: Polarity) -> bool:
    """Whether `sentence` denies what `source` affirms, or affirms what `source` denies."""
    if any(not covers(source.denied, word) for word in sentence.denied):
        return True
    return any(
        covers(sentence.affirmed, word)
        and not covers(source.affirmed, word)
        and not covers(sentence.denied, word)
        for word in source.denied
    )


def _denied_by(words: Sequence[str], cue: int) -> int | None:
    """The place of the word that a negation at `cue` denies, or None where there is no negation."""
    word = words[cue]
    if not _denies(word):
        return None
    following = words[cue + 1 : cue + 2]
    if following and following[0] in _EXCUSED.get(word, ()):
        return None
    later = (index for index in range(cue + 1, len(words)) if _has_content(words[index]))
    earlier = (index for index in range(cue - 1, -1, -1) if _has_content(words[index]))
    return next(later, next(earlier, None))


def _denies(word: str) -> bool:
    if len(word) == _PAIR and word[0] in _CHINESE.negations:
        return word not in _CHINESE.no_negations
    return word in _CUES or word.endswith("n't")


def _has_content(word: str) -> bool:
    return word not in FUNCTION_WORDS and not _denies(word)
