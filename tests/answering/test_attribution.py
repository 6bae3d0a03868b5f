"""Sentences made of the quotes' own words, put together wrongly, are refused; the same facts in other words are kept."""

import pytest

from kb.answering.answer import Quote
from kb.answering.gates.groundedness import check_groundedness
from kb.answering.question.question import read_question
from kb.notes.note import Span

_HARBOURS = (
    "The coast has Port Alma, the second busiest harbour of the country; Port Brede, the only one with a dry dock; and "
    "some smaller ones."
)
_GAME = "Ruiz made four saves and two passes, while Okafor led the team with 118 touches."
_GUESTS = (
    "Guests were the Danish minister Ole Holm; the Finnish minister Aino Laine; and the Swedish mayor Per Ek."
)
_CARD = "In which year was the bridge opened? 1931, as the harbour's chronicle tells."
_MOVE = "The school burned down in 1830. The town began to build it again after 1850."


@pytest.mark.parametrize(
    ("question", "source", "false", "true"),
    [
        (
            "What is the second busiest harbour?",
            _HARBOURS,
            "The second busiest harbour is Port Brede.",
            "The second busiest harbour is Port Alma.",
        ),
        (
            "How many saves did Ruiz make?",
            _GAME,
            "Ruiz made 118 saves.",
            "Ruiz made four saves.",
        ),
        (
            "Who is the Finnish minister?",
            _GUESTS,
            "The Finnish minister is Ole Holm.",
            "The Finnish minister is Aino Laine.",
        ),
        (
            "When did the town begin to build the school again?",
            _MOVE,
            "The town began to build the school again in 1830.",
            "The town began to build the school again after 1850.",
        ),
        (
            "When was the bridge opened?",
            _CARD,
            "The bridge was opened in 1913.",
            "The bridge was opened in 1931.",
        ),
        (
            "Which coach of the rowing club praised the dry dock?",
            _HARBOURS,
            "The coach of the rowing club praised the dry dock of Port Brede.",
            "Port Brede has a dry dock.",
        ),
    ],
)
def test_what_is_said_of_another_is_not_said_of_this(
    question: str, source: str, false: str, true: str
) -> None:
    read = read_question(question, lambda words: [1] * len(words), 10)
    quotes = [Quote(1, "a.md", 1, Span(0, 1), "Notes", (), source, source, 1.0)]
    refused = check_groundedness(false, read, quotes)
    assert not refused.supported
    assert "the quotes" in refused.verdict
    kept = check_groundedness(true, read, quotes)
    assert kept.supported, kept.verdict


def test_a_sentence_that_goes_round_in_circles_is_refused() -> None:
    read = read_question("When was the bridge opened?", lambda words: [1] * len(words), 10)
    quotes = [Quote(1, "a.md", 1, Span(0, 1), "Notes", (), _CARD, _CARD, 1.0)]
    circling = check_groundedness("The bridge was opened in 1931" + ", in 1931" * 4, read, quotes)
    assert circling.verdict == "repeats itself"
