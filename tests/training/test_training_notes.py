"""What the reader is trained on: every answer stands where it is said to, and no wrong passage holds it."""

from __future__ import annotations

import random

import pytest

from training import made_vaults, notes, vault_words, written_notes
from training.sets import Example, as_question, keywords, typo


@pytest.fixture(scope="module")
def made() -> list[Example]:
    chance = random.Random(7)
    return [
        example
        for _ in range(40)
        for example in notes.examples_of_vault(made_vaults.make_vault(chance), chance)
    ]


def test_every_answer_of_made_notes_is_a_stretch_of_its_passage(made: list[Example]) -> None:
    answerable = [example for example in made if example.answerable]
    assert len(answerable) > 500
    for example in answerable:
        assert example.context[example.start : example.end] == example.answers[0]
        assert example.answers[0].strip()


def test_half_of_the_made_questions_stand_over_a_passage_that_does_not_tell(made: list[Example]) -> None:
    absent = sum(not example.answerable for example in made)
    assert 0.4 < absent / len(made) < 0.6


def test_no_slot_is_left_in_made_notes(made: list[Example]) -> None:
    for example in made:
        assert not vault_words.SLOT.search(example.context)
        assert "{x}" not in example.context + example.question


def test_every_answer_of_the_written_notes_is_found() -> None:
    missing = [
        (note.path, question)
        for note in written_notes.written_notes()
        for _, _, question, answer in note.questions
        if answer != "-" and written_notes.find_answer(note.passages, answer) is None
    ]
    assert not missing


def test_a_list_is_found_from_its_first_words_to_its_last() -> None:
    passage = "Soup\n- 2 leeks\n- 1 onion\n- salt"
    place = written_notes.find_answer([passage], "2 leeks … salt")
    assert place is not None
    assert passage[place[1] : place[2]] == "2 leeks\n- 1 onion\n- salt"
    assert written_notes.find_answer([passage], "-") is None


def test_claims_become_questions() -> None:
    assert as_question("The Moon is a satellite.") == "Is The Moon a satellite?"
    assert as_question("Nobody knows.") == ""


def test_questions_as_typed_in_a_hurry() -> None:
    assert keywords("How much was the drill?") == "much drill"
    assert typo("How much was the drill?", random.Random(1)) != "how much was the drill"
