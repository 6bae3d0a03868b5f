"""Answer mode: how often what is shown holds the gold answer, and how often kb answers what no note answers."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.answering.answer import Answer
from kb.evaluation.questions import GoldQuestion


@dataclass(frozen=True, slots=True)
class Judged:
    """One question's outcome."""

    gold: GoldQuestion
    answer: Answer
    right: (
        bool  # what is shown (its own lines and quotes) holds a gold answer; for unanswerable ones: abstained
    )
    prose_right: bool  # its own lines alone do
    cited_right: bool  # a cited note is a gold note


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Shares in [0, 1] over a question set; a share of no question is 0."""

    answerable: int
    unanswerable: int
    right: float
    prose_right: float
    cited_right: float
    wrongly_abstained: float
    answered_anyway: float
    seconds_median: float
    seconds_p95: float


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Counts over the questions of one kind."""

    answerable: int
    right: int  # in the answer's own lines
    shown: int  # there, or among the passages shown as not certain
    abstained: int
    unanswerable: int
    answered_anyway: int


def figures_by_kind(judged: Sequence[Judged]) -> dict[str, KindFigures]:
    """The figures of each kind of question, in the order of the set; empty where it names no kinds."""
    kinds = dict.fromkeys(item.gold.kind for item in judged if item.gold.kind)
    return {kind: _of_kind([item for item in judged if item.gold.kind == kind]) for kind in kinds}


def _of_kind(judged: Sequence[Judged]) -> KindFigures:
    known = [item for item in judged if not item.gold.unanswerable]
    return KindFigures(
        answerable=len(known),
        right=sum(item.prose_right for item in known),
        shown=sum(item.prose_right or item.gold.is_held_by(quoted(item.answer)) for item in known),
        abstained=sum(item.answer.abstained for item in known),
        unanswerable=len(judged) - len(known),
        answered_anyway=sum(item.gold.unanswerable and not item.answer.abstained for item in judged),
    )


def quoted(answer: Answer) -> str:
    """All that is quoted below an answer, each under its note's title."""
    return "\n".join(f"{quote.title}\n{quote.quote}" for quote in answer.sources)


def judge_answers(
    questions: Sequence[GoldQuestion], ask: Callable[[GoldQuestion], Answer]
) -> Iterable[Judged]:
    """Ask each question and compare."""
    for gold in questions:
        answer = ask(gold)
        right = answer.abstained if gold.unanswerable else gold.is_held_by(f"{answer.text}\n{quoted(answer)}")
        yield Judged(
            gold=gold,
            answer=answer,
            right=right and (gold.unanswerable or not answer.abstained),
            prose_right=not answer.abstained and gold.is_held_by(answer.text),
            cited_right=any(quote.path in gold.notes for quote in answer.sources),
        )


def answer_figures(judged: Sequence[Judged]) -> AnswerFigures:
    """Sum up."""
    positive = [item for item in judged if not item.gold.unanswerable]
    negative = [item for item in judged if item.gold.unanswerable]
    seconds = sorted(item.answer.seconds for item in judged)
    return AnswerFigures(
        answerable=len(positive),
        unanswerable=len(negative),
        right=_share([item.right for item in positive]),
        prose_right=_share([item.prose_right for item in positive]),
        cited_right=_share([item.cited_right for item in positive]),
        wrongly_abstained=_share([item.answer.abstained for item in positive]),
        answered_anyway=_share([not item.answer.abstained for item in negative]),
        seconds_median=statistics.median(seconds) if seconds else 0.0,
        seconds_p95=seconds[int(0.95 * (len(seconds) - 1))] if seconds else 0.0,
    )


def _share(outcomes: Sequence[bool]) -> float:
    return sum(outcomes) / len(outcomes) if outcomes else 0.0
