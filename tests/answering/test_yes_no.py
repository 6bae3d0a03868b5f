"""A model's own yes or no is no statement of the notes."""

from __future__ import annotations

import pytest

from kb.answering.gates.yes_no import answer_word, without_answer_word
from kb.answering.question.intent import intent_of
from kb.reading.reading import Support


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("No, the greenhouse is heated.", "The greenhouse is heated."),
        ("Yes. It is heated.", "It is heated."),
        ("Not really, it is cold", "It is cold"),
        ("Actually, no: it is heated", "It is heated"),
        ("Nein, das Haus ist warm.", "Das Haus ist warm."),
        ("Doch, es ist warm.", "Es ist warm."),
        ("Oui, elle vient.", "Elle vient."),
        ("不是，温室有暖气", "温室有暖气"),
        ("It is heated, isn't it? No.", "It is heated"),
        ("Yes!", ""),
    ],
)
def test_it_is_cut_off(said: str, rest: str) -> None:
    assert without_answer_word(said) == rest


@pytest.mark.parametrize(
    "said",
    [
        "No man sailed.",
        "Never mind the cat",
        "The answer was no.",
        "Right angles have 90 degrees",
        "True north is up.",
        "Nonna came.",
    ],
)
def test_a_sentence_that_begins_with_such_a_word_stays(said: str) -> None:
    assert without_answer_word(said) == said


@pytest.mark.parametrize(
    ("question", "is_one"),
    [
        ("Is the greenhouse heated?", True),
        ("Did I sow beans in March or in May?", False),
        ("Ist das Treffen am Montag oder am Dienstag?", False),
        ("Est-ce que le train part le matin ou le soir ?", False),
        ("Is the greenhouse heated or not?", True),
        ("Do we need eggs or anything?", True),
    ],
)
def test_a_choice_is_answered_by_neither_yes_nor_no(question: str, is_one: bool) -> None:
    assert intent_of(question).is_yes_no is is_one


@pytest.mark.parametrize(
    ("question", "quote", "word"),
    [
        ("Are dogs allowed in the hut?", "No dogs in the hut.", ""),
        ("Sind Hunde erlaubt?", "Keine Hunde in der Hütte.", ""),
        ("Are dogs allowed in the hut?", "Dogs are welcome in the hut.", "Yes"),
        ("Is it true that no dogs may come in?", "No dogs in the hut.", "Yes"),
    ],
)
def test_no_yes_stands_before_what_denies_a_word_of_the_question(
    question: str, quote: str, word: str
) -> None:
    assert answer_word(question, quote, Support(0.95, 0.03, 0.02)) == word
