"""One of the things that a question asks for, with what is known of it while it is answered."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.answering.answer import Quote
from kb.answering.evidence.reader_evidence import NOTHING, Findings
from kb.answering.evidence.sentences import Evidence
from kb.answering.question.intent import Intent
from kb.answering.question.question import Question
from kb.retrieval.hit import SearchHit
from kb.text.periods import Period


@dataclass(slots=True)
class QuestionPart:
    """One thing asked for, and what is known of it so far."""

    label: str
    question: Question
    intent: Intent
    period: Period | None = None
    mended: Question | None = None  # the same with slips of the keyboard mended, where there may be some
    hits: list[SearchHit] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    confidence: float = 0.0
    verified: float | None = None  # by the verifier, where there is one, of the quotes …
    verified_on: tuple[str, ...] = ()
    new: list[SearchHit] = field(default_factory=list)  # hits that were not judged yet
    found: Findings = NOTHING  # by the reader


def place_of(evidence: Evidence) -> tuple[str, int]:
    return evidence.passage.note_path, evidence.span.start


def key_of(quote: Quote) -> tuple[str, int]:
    return quote.path, quote.span.start


def quotes_of(part: QuestionPart, quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes that were chosen for `part`, its best first."""
    rank: dict[tuple[str, int], int] = {}
    for number, evidence in enumerate(part.evidence):
        rank.setdefault(place_of(evidence), number)
    own = [quote for quote in quotes if key_of(quote) in rank]
    return sorted(own, key=lambda quote: rank[key_of(quote)])


class Clock:
    """Seconds by step."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = self.laps.get(name, 0.0) + now - self._last
        self._last = now

    def total(self) -> float:
        return time.perf_counter() - self._start
