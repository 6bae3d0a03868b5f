"""Counts word pieces: those of BERT's tokenizer by words that were counted before, others as the library does.

BERT cuts text at white space and around punctuation first, and each word into pieces by itself, so the pieces of a
text are those of its words. Most words of a note have been counted in another; the library needs five times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_UNIT = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")  # of ASCII in lower case: a word, or a sign, which is one piece
# BERT drops control characters, which joins what stands beside them; Python takes some of them for spaces.
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_KEPT = 200_000  # words


def counter_of(tokenizer: Tokenizer) -> Callable[[Sequence[str]], list[int]]:
    """What counts the tokens of each text, without special ones."""
    if counts_words(tokenizer):
        return WordPieceCounter(tokenizer)
    return lambda texts: _counts(tokenizer, texts)


class WordPieceCounter:
    """Counts as a tokenizer does that `counts_words` holds for."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        marks = (re.escape(token.content) for token in tokenizer.get_added_tokens_decoder().values())
        self._odd = re.compile("|".join((f"[{_CONTROL}]", *marks)))
        self._known: dict[str, int] = {}

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without special tokens."""
        cut = [None if self._odd.search(text) else _units(text) for text in texts]
        self._learn(chain.from_iterable(units for units in cut if units is not None))
        return [
            _counts(self._tokenizer, [text])[0] if units is None else sum(map(self._known.__getitem__, units))
            for text, units in zip(texts, cut, strict=True)
        ]

    def _learn(self, units: Iterable[str]) -> None:
        wanted = dict.fromkeys(units)
        if len(self._known) + len(wanted) > _KEPT:
            self._known = {unit: count for unit, count in self._known.items() if unit in wanted}
        new = [unit for unit in wanted if unit not in self._known]
        if new:
            self._known.update(zip(new, _counts(self._tokenizer, new), strict=True))


def counts_words(tokenizer: Tokenizer) -> bool:
    """Whether `tokenizer` is BERT's for text in lower case, whose pieces of words can be added up."""
    parts = json.loads(tokenizer.to_str())
    normalizer, model = parts.get("normalizer") or {}, parts.get("model") or {}
    return (
        normalizer.get("type") == "BertNormalizer"
        and normalizer.get("lowercase") is True
        and normalizer.get("clean_text") is True
        and (parts.get("pre_tokenizer") or {}).get("type") == "BertPreTokenizer"
        and model.get("type") == "WordPiece"
    )


def _units(text: str) -> list[str]:
    """What `text` is counted by; of a stretch with other letters than ASCII's, the whole."""
    if text.isascii():
        return _UNIT.findall(text.lower())
    return [
        unit for part in text.split() for unit in (_UNIT.findall(part.lower()) if part.isascii() else (part,))
    ]


def _counts(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    return [len(encoding) for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]
