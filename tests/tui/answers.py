"""Answers of each kind, as the interface is given them."""

from __future__ import annotations

from kb.answering.answer import Answer, AnswerSentence, NearNote, Quote
from kb.notes.note import Span


def quote(number: int, text: str, short: str = "") -> Quote:
    return Quote(
        number, "Tea/Oolong.md", 7, Span(0, 9), "Oolong", ("Oolong", "Making it"), text, text, 0.9, "", short
    )


ANSWERED = Answer(
    "When was it made?",
    sentences=(AnswerSentence("It was first made in Fujian in 1725.", True, (1,), "quoted"),),
    sources=(quote(1, "It was first made in Fujian in 1725.", "1725"), quote(2, "It likes hot water.")),
)
UNSURE = Answer("When?", sources=(quote(1, "Perhaps in 1725."),), outcome="unsure")
NOTHING = Answer(
    "Who?", outcome="nothing", reason="not covered", nearest=(NearNote("Kettle.md", 3, "Kettle"),)
)
