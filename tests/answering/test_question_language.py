"""The language of a question, by its small words, and what is in another."""

import pytest

from kb.answering.question.language import is_foreign_to, question_language
from kb.text.language import UNCERTAIN

GERMAN = "Die Kiste für den Kompost kostet 45 € und steht hinter der Garage, wo sie im Winter bleibt."


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Where do we sleep in Padrón?", "en"),
        ("what's the code of the shed", "en"),
        ("Wann wurde der Zaun gestrichen?", "de"),
        ("Wovor hat der Hund Angst?", "de"),
        ("Where does Jan van der Berg live?", "en"),
        ("What is kept in the den?", "en"),
        ("Qui part à la retraite fin octobre ?", "fr"),
        ("¿Cómo se llaman las gallinas?", "es"),
        ("Dove abbiamo messo la bici?", "it"),
        ("我家热泵是什么型号的？", "zh"),
        ("septic tank 2026?", UNCERTAIN),
    ],
)
def test_it_is_told_by_small_words(question: str, language: str) -> None:
    assert question_language(question) == language


def test_a_text_is_foreign_only_where_both_languages_are_sure() -> None:
    assert is_foreign_to("How much is the compost box?", GERMAN)
    assert not is_foreign_to("Was kostet die Kiste?", GERMAN)
    assert not is_foreign_to("compost box?", GERMAN)
    assert not is_foreign_to("How much is the compost box?", "Kiste: 45 €")
