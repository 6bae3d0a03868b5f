"""What the model is asked, and how its words become sentences."""

from collections.abc import Iterator
from typing import Any

import pytest

from kb.answering.answer import Quote
from kb.answering.generation.draft import prompt, select_for_prompt, sentences_of
from kb.answering.question.question import Question, read_question
from kb.notes.note import Span


@pytest.mark.parametrize(
    ("stream", "sentences"),
    [
        (["One is here. Two ", "is there."], ["One is here.", "Two is there."]),
        (["It costs 3.5 GB, e.g. on a laptop. Fine."], ["It costs 3.5 GB, e.g. on a laptop.", "Fine."]),
        (["A claim [1]. Another [2, 3]."], ["A claim.", "Another."]),
        (["- a list\n- of two"], ["a list", "of two"]),
        (["这是第一句。这是第二句。"], ["这是第一句。", "这是第二句。"]),
        ([" ", "\n\n", "..."], []),
        (["no final stop"], ["no final stop"]),
        (['The answer is: "One half of it."'], ["One half of it."]),
        (
            ["The text says that bees dance. Notes are taken in class."],
            ["Bees dance.", "Notes are taken in class."],
        ),
        (["The note that I wrote is here."], ["The note that I wrote is here."]),
    ],
)
def test_a_stream_is_cut_into_sentences_without_the_models_own_citations(
    stream: list[str], sentences: list[str]
) -> None:
    assert list(sentences_of(stream)) == sentences


def test_a_sentence_comes_as_soon_as_it_is_complete() -> None:
    told: list[str] = []

    def stream() -> Iterator[Any]:
        yield "First. "
        told.append("asked for more")
        yield "Second."

    sentences = sentences_of(stream())
    assert next(sentences) == "First."
    assert told == []


def quote(number: int, text: str, title: str = "Notes") -> Quote:
    return Quote(number, "a.md", 1, Span(0, 1), title, (), text, text, 1.0)


def asked(text: str) -> Question:
    return read_question(text, lambda words: [1] * len(words), 10)


def test_an_answer_is_phrased_from_the_quotes_that_speak_of_what_is_asked() -> None:
    first = quote(1, "The kettle boils a litre in two minutes.")
    more = quote(2, "Its descaling takes vinegar and patience.")
    alike = quote(3, "A kettle boils with its lid on.")
    question = asked("How fast does the kettle boil, and what does descaling take?")
    assert select_for_prompt(question, [first, alike, more]) == [first, more]
    assert select_for_prompt(asked("How fast does the kettle boil?"), [first, more, alike]) == [first]


def test_a_place_is_told_where_the_quote_leaves_out_what_it_is_about() -> None:
    cost = quote(1, "It cost 80 euros.", title="Kettle")
    assert "Text: Kettle: It cost" in prompt(asked("What did the kettle cost?"), [cost])[-1].content
    assert "Text: It cost" in prompt(asked("What cost 80 euros?"), [cost])[-1].content
