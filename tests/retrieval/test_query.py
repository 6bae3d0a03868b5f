from datetime import date

import pytest

from kb.errors import UsageError
from kb.retrieval.query import Condition, parse_query, parse_question
from kb.text.periods import period_of


@pytest.mark.parametrize(
    ("text", "words", "conditions"),
    [
        ("tag:tea oolong", ("oolong",), [Condition("tag", "tea")]),
        ('title:"Green tea" steep', ("steep",), [Condition("title", "Green tea")]),
        ("-path:journal tea", ("tea",), [Condition("path", "journal", negated=True)]),
        ("link:[[Spaced repetition]] interval", ("interval",), [Condition("link", "Spaced repetition")]),
        (
            "after:2026-03 before:last-week",
            (),
            [Condition("after", "2026-03"), Condition("before", "last-week")],
        ),
        ("status:open task", ("task",), [Condition("status", "open")]),
        ("note:this is no property", ("note", "this", "is", "no", "property"), []),
        ("before: the war", ("before", "the", "war"), []),
    ],
)
def test_operators_are_read(text: str, words: tuple[str, ...], conditions: list[Condition]) -> None:
    query = parse_query(text, properties=["Status"])
    assert (query.words, list(query.conditions)) == (words, conditions)


def test_phrases_and_unwanted_words() -> None:
    query = parse_query('"growing intervals" -forgetting -"last word" fact')
    assert query.phrases == ("growing intervals",)
    assert query.unwanted == ("forgetting", "last word")
    assert query.words == ("growing", "intervals", "fact")


@pytest.mark.parametrize("text", ["What came before:the war?", 'tag:tea -word "x"', "Byte-pair -encoding"])
def test_a_question_is_never_read_as_operators(text: str) -> None:
    query = parse_question(text)
    assert query.text == text
    assert not query.is_filtered


@pytest.mark.parametrize("text", ["AND (", '"', "NEAR(a b", "* OR ^", '"""', "-", "-:", "🫖", "x" * 100_000])
def test_nothing_typed_can_break_the_query(text: str) -> None:
    parse_query(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-03-01", date(2026, 3, 1), date(2026, 3, 1)),
        ("yesterday", date(2026, 5, 9), date(2026, 5, 9)),
        ("last-week", date(2026, 4, 27), date(2026, 5, 3)),
        ("3 days ago", date(2026, 5, 7), date(2026, 5, 7)),
    ],
)
def test_dates(text: str, first: date, last: date) -> None:
    assert period_of(text, today=date(2026, 5, 10)) == (first, last)


@pytest.mark.parametrize(
    "text", ["soon", "2026-02-31", "2026-13", "99999999999-days-ago", "2026-01-01-01-01", ""]
)
def test_what_is_no_date_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UsageError, match="a date"):
        period_of(text, today=date(2026, 5, 10))
