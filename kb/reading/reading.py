"""What the reader finds in one passage, and how it is asked of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

MAX_SPAN_TOKENS = 30  # of a short answer; a block's own span may be longer
_SPAN_SHARE = 0.25  # of the span's logit in a passage's score, beside the answerable head's; as in training


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as the reader gets it: what stands above it, then its own text, in which answers are looked for."""

    body: str
    head: str = ""  # title > headings

    @property
    def whole(self) -> str:
        """Both, a line for the head."""
        return f"{self.head}\n{self.body}" if self.head else self.body

    @property
    def body_start(self) -> int:
        """Where the body begins in `whole`."""
        return len(self.head) + 1 if self.head else 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A stretch of a body that may be the answer."""

    start: int  # characters of the body
    end: int
    logit: float  # of start and end token, above the logit of "not here"


@dataclass(frozen=True, slots=True)
class Reading:
    """Logits over the tokens of one passage's body."""

    starts: tuple[int, ...]  # first character of each token in the body
    ends: tuple[int, ...]
    start_logits: Vector = field(repr=False)  # shape (tokens,), above that of the first mark
    end_logits: Vector = field(repr=False)
    answerable: float  # logit of the answerable head

    def best(self, start: int = 0, end: int | None = None, most: int = MAX_SPAN_TOKENS) -> Answer | None:
        """The likeliest answer of at most `most` tokens within these characters of the body; None without tokens."""
        low, high = self._tokens(start, end)
        if low >= high:
            return None
        sums = self.start_logits[low:high, None] + self.end_logits[None, low:high]
        count = high - low
        rows, columns = np.indices((count, count), sparse=True)
        sums = np.where((columns >= rows) & (columns < rows + most), sums, -np.inf)
        first, last = divmod(int(sums.argmax()), count)
        return Answer(self.starts[low + first], self.ends[low + last], float(sums[first, last]))

    def stretch(self, start: int, end: int) -> float:
        """The logit of just these characters of the body as the answer, such as a whole list."""
        low, high = self._tokens(start, end)
        if low >= high:
            return -math.inf
        return float(self.start_logits[low] + self.end_logits[high - 1])

    @property
    def score(self) -> float:
        """How strongly the passage speaks for holding the answer: a logit before calibration."""
        best = self.best()
        return self.scored(best.logit) if best else -math.inf

    def scored(self, span_logit: float) -> float:
        """The score of the passage with a span of this logit as its answer."""
        return _SPAN_SHARE * span_logit + self.answerable

    def _tokens(self, start: int, end: int | None) -> tuple[int, int]:
        stop = math.inf if end is None else end
        inside = [
            n
            for n, (low, high) in enumerate(zip(self.starts, self.ends, strict=True))
            if low < stop and high > start
        ]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


@dataclass(frozen=True, slots=True)
class Support:
    """How a premise bears on a statement or a yes/no question: probabilities that sum to 1."""

    entails: float
    neutral: float
    contradicts: float
