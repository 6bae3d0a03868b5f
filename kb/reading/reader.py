"""Reads passages for the answer to a question, in any language and across them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from kb.errors import ModelError, ReaderUnusable
from kb.indexing.e5_package import E5Package, open_package
from kb.indexing.unigram import Token, Unigram, open_unigram
from kb.reading.encoder import WEIGHTS, Encoder
from kb.reading.reading import Reading, Support, Text

_QUESTION_TOKENS = 96  # of a longer question only so many are read
_ROW_TOKENS = 320  # question, passage and marks; the model was trained with 256 and has 512 places
_OVERLAP = 48  # tokens that two windows of a long passage share
_MOST_WINDOWS = 8  # of one passage
_EMPTY = np.zeros(0, dtype=np.float32)


class Reader:
    """Opens its model when it is first asked."""

    def __init__(self, cache: Path, weights: Path = WEIGHTS) -> None:
        self._cache = cache
        self._weights = weights
        self._lock = threading.Lock()

    def problem(self) -> str:
        """Why it cannot be used, as one sentence; empty when it can."""
        try:
            with self._lock:
                _ = self._encoder, self._tokenizer
        except ModelError as error:
            return str(error)
        return ""

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        """A reading of each passage. Raises ModelError when the model is missing or damaged."""
        with self._lock:
            asked = self._ids(question)
            bodies = [self._body_tokens(passage) for passage in passages]
            rows: list[list[int]] = []
            windows: list[
                tuple[int, int, int, int]
            ] = []  # passage, first and last token, tokens before the body
            for number, (above, tokens) in enumerate(bodies):
                room = _ROW_TOKENS - len(asked) - len(above) - 4
                for low, high in _windows(len(tokens), room):
                    middle = [token.id for token in tokens[low:high]]
                    rows.append(self._row(asked, [*above, *middle]))
                    windows.append((number, low, high, 3 + len(asked) + len(above)))
            results = self._encoder.run(rows) if rows else []
        readings: list[Reading | None] = [None] * len(passages)
        for (number, low, high, before), (spans, answerable, _) in zip(windows, results, strict=True):
            tokens = bodies[number][1][low:high]
            own = spans[before : before + len(tokens)] - spans[0]
            found = Reading(
                tuple(token.start for token in tokens),
                tuple(token.end for token in tokens),
                own[:, 0],
                own[:, 1],
                answerable,
            )
            readings[number] = found if (first := readings[number]) is None else _joined(first, found)
        return [reading or Reading((), (), _EMPTY, _EMPTY, -np.inf) for reading in readings]

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[Support]:
        """For each (statement or yes/no question, premise): whether the premise entails or contradicts it."""
        with self._lock:
            rows = []
            for statement, premise in pairs:
                asked = self._ids(statement)
                ids = self._tokenizer.ids([premise])[0]
                rows.append(self._row(asked, ids[: _ROW_TOKENS - len(asked) - 4]))
            results = self._encoder.run(rows) if rows else []
        supports = []
        for _, _, logits in results:
            weights = np.exp(logits - logits.max())
            supports.append(Support(*(float(weight) for weight in weights / weights.sum())))
        return supports

    def _ids(self, text: str) -> list[int]:
        return self._tokenizer.ids([text[:4_000]])[0][:_QUESTION_TOKENS]

    def _body_tokens(self, passage: Text) -> tuple[list[int], list[Token]]:
        """Ids of what stands above, and the tokens of the body placed in it."""
        tokens = self._tokenizer.tokens([passage.whole])[0]
        start = passage.body_start
        above = [token.id for token in tokens if token.start < start]
        body = [Token(t.id, t.start - start, t.end - start) for t in tokens if t.start >= start]
        return above[: _ROW_TOKENS // 4], body

    def _row(self, question: list[int], passage: list[int]) -> list[int]:
        package = self._package
        return [package.bos, *question, package.eos, package.eos, *passage, package.eos]

    @cached_property
    def _package(self) -> E5Package:
        return open_package()

    @cached_property
    def _encoder(self) -> Encoder:
        if not self._weights.is_file():
            raise ReaderUnusable(
                f"The reader's weights {self._weights} are missing. Install kb again; "
                "until then it answers without its reader."
            )
        return Encoder(self._package, self._weights)

    @cached_property
    def _tokenizer(self) -> Unigram:
        return open_unigram(self._package, self._cache)


def _windows(count: int, room: int) -> list[tuple[int, int]]:
    """First and last token of each window over `count` tokens; one of none for an empty body."""
    room = max(room, 2 * _OVERLAP)
    starts = range(0, max(1, count - _OVERLAP), room - _OVERLAP)
    return [(start, min(count, start + room)) for start in starts[:_MOST_WINDOWS]]


def _joined(first: Reading, second: Reading) -> Reading:
    """Two windows of one passage as one: what both read, as the surer one read it."""
    known = {start: place for place, start in enumerate(first.starts)}
    fresh = [place for place, start in enumerate(second.starts) if start not in known]
    starts, ends = first.start_logits.copy(), first.end_logits.copy()
    for place, start in enumerate(second.starts):
        if start in known:
            at = known[start]
            starts[at] = max(starts[at], second.start_logits[place])
            ends[at] = max(ends[at], second.end_logits[place])
    return Reading(
        first.starts + tuple(second.starts[place] for place in fresh),
        first.ends + tuple(second.ends[place] for place in fresh),
        np.concatenate([starts, second.start_logits[fresh]]),
        np.concatenate([ends, second.end_logits[fresh]]),
        max(first.answerable, second.answerable),
    )
