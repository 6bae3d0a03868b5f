from typing import Any

import pytest

from kb.answering.answer import Quote, cite
from kb.answering.gates.groundedness import check_groundedness
from kb.answering.question.question import read_question
from kb.notes.note import Span

TEXTS = (
    "Hermann Ebbinghaus published his study of the forgetting curve in 1885.",
    "A quantised model with 7 billion parameters at 4 bits takes about 3.5 GB of memory and runs faster.",
    "Temperature does not change what the model knows.",
    "The lease of a lock lasts 45 seconds and is renewed after 0.25 hours.",
)
QUOTES = tuple(
    Quote(number, "a.md", number, Span(0, 1), "Notes", (), text, text, 1.0)
    for number, text in enumerate(TEXTS, start=1)
)


def check(sentence: str, question: str = "What do the notes say?") -> Any:
    return check_groundedness(sentence, read_question(question, lambda words: [1] * len(words), 10), QUOTES)


@pytest.mark.parametrize(
    ("sentence", "citations"),
    [
        ("Ebbinghaus published his study in 1885.", (1,)),
        ("The forgetting curve was studied by Hermann Ebbinghaus.", (1,)),
        ("At 4 bits a model with 7 billion parameters takes 3.5 GB of memory.", (2,)),
        ("Temperature does not change what a model knows.", (3,)),
        ("A quantised model with 7 billion parameters runs faster.", (2,)),
        ("The lease of a lock lasts 45 seconds.", (4,)),
    ],
)
def test_what_the_quotes_say_is_kept_and_cited(sentence: str, citations: tuple[int, ...]) -> None:
    checked = check(sentence)
    assert checked.supported, checked.verdict
    assert checked.citations == citations


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Ebbinghaus published his study in 1886.", "1886"),
        ("At 4 bits a model with 8 billion parameters takes 3.5 GB of memory.", "8"),
        ("The forgetting curve was studied by William James.", "William"),
        ("Temperature does change what the model knows.", "contradicts"),
        ("Ebbinghaus did not publish his study of the forgetting curve.", "contradicts"),
        ("A quantised model runs slower.", "is not in the quotes"),
        ("The lease of a lock lasts 45 minutes.", "the quotes give 45 minutes another unit"),
        ("Bananas ripen in warm kitchens.", "nothing it says"),
        (
            "The model was praised by critics for its elegant prose and bold parameters.",
            "is not in the quotes",
        ),
    ],
)
def test_what_the_quotes_do_not_say_is_dropped_with_the_reason(sentence: str, verdict: str) -> None:
    checked = check(sentence)
    assert not checked.supported
    assert verdict in checked.verdict
    assert checked.citations == ()


def test_an_echo_of_the_question_is_no_answer() -> None:
    checked = check("The forgetting curve was published.", "Who published the forgetting curve?")
    assert not checked.supported


def test_the_citation_stands_before_the_final_stop() -> None:
    assert (
        cite(check("Ebbinghaus published his study in 1885."))
        == "Ebbinghaus published his study in 1885 [1]."
    )


DATED = Quote(
    1,
    "Log/2026-10-30.md",
    1,
    Span(0, 1),
    "2026-10-30",
    ("Chapter 7",),
    "",
    "The crew sailed with 85 men.",
    1.0,
)


def checked_over(sentence: str, question: str, quote: Quote = DATED) -> Any:
    return check_groundedness(sentence, read_question(question, lambda words: [1] * len(words), 10), [quote])


@pytest.mark.parametrize(
    "said", ["7 men sailed.", "10 men sailed.", "The crew sailed with 30 men.", "The crew had 2026 men."]
)
def test_numbers_of_the_title_do_not_answer(said: str) -> None:
    assert not checked_over(said, "How many men sailed?").supported


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("The crew sailed with 85 men.", "How many men sailed?"),
        ("In chapter 7 the crew sailed with 85 men.", "How many men sailed in chapter 7?"),
        ("The crew sailed in chapter 7.", "In which chapter did the crew sail?"),
        ("The crew sailed on 2026-10-30.", "When did the crew sail?"),
    ],
)
def test_numbers_of_the_title_may_stand_where_they_were_asked_for(said: str, question: str) -> None:
    assert checked_over(said, question).supported, checked_over(said, question).verdict


@pytest.mark.parametrize(
    "said",
    ["The wretched crew sailed with 85 men.", "The crew secretly sailed with 85 men.", "The crew fled with 85 men.",
     "The crew sailed with 85 men for revenge.", "The crew of criminals sailed with 85 men."],
)  # fmt: skip
def test_not_one_word_may_be_invented(said: str) -> None:
    assert not checked_over(said, "Who sailed?").supported
