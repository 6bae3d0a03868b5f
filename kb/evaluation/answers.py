"""Answer mode: how often what is shown holds the gold answer, and how often kb answers what no note answers."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.answering.answer import Answer
from kb.evaluation.questions import GoldQuestion, holds_answer


@dataclass(frozen=True, slots=True)
class Judged:
    """One question's outcome."""

    gold: GoldQuestion
    answer: Answer
    right: bool  # what is shown (prose and quotes) holds a gold answer; for unanswerable ones: abstained
    prose_right: bool  # the prose alone does
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


def judge_answers(questions: Sequence[GoldQuestion], ask: Callable[[str], Answer]) -> Iterable[Judged]:
    """Ask each question and compare."""
    for gold in questions:
        answer = ask(gold.question)
        quotes = " \n ".join(quote.quote for quote in answer.sources)
        right = (
            answer.abstained
            if gold.unanswerable
            else holds_answer(f"{answer.text} \n {quotes}", gold.answers)
        )
        yield Judged(
            gold=gold,
            answer=answer,
            right=right and (gold.unanswerable or not answer.abstained),
            prose_right=not answer.abstained and holds_answer(answer.text, gold.answers),
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
