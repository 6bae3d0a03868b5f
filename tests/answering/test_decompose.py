"""What asks for several things is taken apart."""

import pytest

from kb.answering.question.decompose import decompose


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("What is the difference between BM25 and embeddings?", ["BM25", "embeddings"]),
        ("Compare green tea with oolong", ["green tea", "oolong"]),
        ("How does a reranker differ from a retriever?", ["reranker", "retriever"]),
        ("LoRA vs. full fine-tuning?", ["LoRA", "full fine-tuning"]),
        ("Was ist der Unterschied zwischen Grüntee und Oolong?", ["Grüntee", "Oolong"]),
    ],
)
def test_comparisons_have_two_sides(question: str, sides: list[str]) -> None:
    taken = decompose(question)
    assert taken.kind == "comparison"
    assert [part.label for part in taken.parts] == [question, *sides]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When is the concert and what do I wear?", ["When is the concert?", "The concert: what do I wear?"]),
        ("When and where is the exam?", ["When is the exam?", "where is the exam?"]),
    ],
)
def test_one_question_may_ask_for_two_things(question: str, parts: list[str]) -> None:
    assert [part.text for part in decompose(question).parts] == parts


def test_several_questions_are_several() -> None:
    taken = decompose("Who described the forgetting curve? When was that?")
    assert taken.kind == "several"
    assert [part.text for part in taken.parts] == [
        "Who described the forgetting curve?",
        "When was the forgetting curve?",
    ]


@pytest.mark.parametrize("question", ["What is a token?", "tokens", "Is b between 0 and 1?", "Why? Because?"])
def test_others_are_one(question: str) -> None:
    assert decompose(question).kind == "single"


def test_each_side_of_an_either_or_question_is_asked_alone() -> None:
    taken = decompose("Was the yeast faster at 30 or at 50 degrees?")
    assert taken.kind == "comparison"
    assert [part.text for part in taken.parts] == [
        "Was the yeast faster at 30 or at 50 degrees?",
        "Was the yeast faster at 30?",
        "Was the yeast faster at 50 degrees?",
    ]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who serviced the wood stove, and what's their number?", ["Who serviced the wood stove?", "What's wood stove's number?"]),
        ("Which book did I lend my neighbour, and when does she move?", ["Which book did I lend my neighbour?", "When does my neighbour move?"]),
    ],
)  # fmt: skip
def test_a_pronoun_stands_for_what_the_notes_know_or_for_a_person_named(
    question: str, parts: list[str]
) -> None:
    assert [part.text for part in decompose(question, lambda: ["Wood stove"]).parts] == parts


def test_two_sides_may_come_before_the_question() -> None:
    taken = decompose("Larch or oak: which lasts longer?")
    assert taken.kind == "comparison"
    assert [part.text for part in taken.parts[1:]] == ["which lasts longer Larch?", "which lasts longer oak?"]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How did my resting pulse change between April and June?",
            ["my resting pulse April?", "my resting pulse June?"],
        ),
        ("How much did the rent rise from 2019 to 2024?", ["the rent 2019?", "the rent 2024?"]),
        (
            "Wie hat sich mein Gewicht zwischen Mai und Juli verändert?",
            ["mein Gewicht Mai?", "mein Gewicht Juli?"],
        ),
    ],
)
def test_what_changed_is_looked_for_at_both_ends(question: str, parts: list[str]) -> None:
    taken = decompose(question)
    assert taken.kind == "comparison"
    assert [part.text for part in taken.parts[1:]] == parts


def test_a_question_of_yes_or_no_may_follow() -> None:
    parts = decompose("What does the singing weekend cost and am I going?").parts
    assert [part.label for part in parts] == ["What does the singing weekend cost?", "am I going?"]
    assert "singing weekend" in parts[1].text
