"""Slips of the keyboard in a question."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from kb.answering.question.spelling import correct

KNOWN = "deposit hostel camargue compromise flat bread breed price notary early ferry"


class Words:
    def known_words(self, words: Collection[str]) -> set[str]:
        return set(words) & set(KNOWN.split())

    def words_alike(self, word: str) -> list[str]:
        return KNOWN.split()


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("how much is the depositt?", "how much is the deposit?"),
        ("hotsel price", "hostel price"),
        ("the camarge flat", "the camargue flat"),
        ("compromsie", "compromise"),
        ("Price of the bread", "Price of the bread"),
        ("prices", "prices"),  # only another form
        ("breid", "breid"),  # may be two words
        ("fery", "ferry"),
        ("xyzzyx", "xyzzyx"),
        ("", ""),
        ("海", "海"),
    ],
)
def test_a_word_that_no_note_holds_is_read_as_the_one_written_nearly_so(question: str, meant: str) -> None:
    assert correct(question, Words()).text == meant


def test_what_was_changed_is_told() -> None:
    assert correct("hotsel price", Words()).reason == "“hotsel” read as “hostel”"
