"""The names in a question: what bears another name than asked for does not answer, however alike it reads."""

from __future__ import annotations

import re

from kb.answering.question.language import is_german
from kb.answering.words import covers, words_of

_NAME = re.compile(r"(?<=[\w,;:)’'\"”»–-] )(?:[^\W\d_a-zß-ÿ][\w’'-]*)")
_NO_NAMES = frozenset(
    "i january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday english german french spanish chinese christmas easter".split()
)


def names_of(question: str) -> tuple[str, ...]:
    """The words of `question` that are written as names, folded; none for German, which writes all nouns so."""
    if is_german(question):
        return ()
    found = (name for match in _NAME.finditer(question) for name in words_of(match[0]))
    return tuple(dict.fromkeys(name for name in found if name not in _NO_NAMES))


def missing_names(question: str, text: str) -> tuple[str, ...]:
    """The names of `question` that do not stand in `text`."""
    names = names_of(question)
    if not names:
        return ()
    known = set(words_of(text))
    return tuple(name for name in names if not covers(known, name))
