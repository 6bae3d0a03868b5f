"""How much of a question stands in a text tells whether both are in one language."""

from __future__ import annotations

import pytest

from kb.retrieval.coverage import covered

NOTES = {
    "en": "The spare key hangs behind the boiler in the cellar. We moved it there in spring.",
    "de": "Der Ersatzschlüssel hängt im Keller hinter dem Heizkessel. Im Frühling haben wir ihn dorthin gehängt.",
    "zh": "备用钥匙挂在地下室的锅炉后面。我们在春天把它挪到了那里。",
    "ru": "Запасной ключ висит в подвале за котлом. Мы перевесили его туда весной.",
    "th": "กุญแจสำรองแขวนอยู่หลังหม้อไอน้ำในห้องใต้ดิน",
}
QUESTIONS = {
    "en": "Where in the cellar is the spare key hanging?",
    "de": "Wo hängt im Keller der Ersatzschlüssel?",
    "zh": "备用钥匙挂在地下室的哪里？",
    "ru": "Где в подвале висит запасной ключ?",
    "th": "กุญแจสำรองอยู่ที่ไหนในห้องใต้ดิน",
}


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_question_is_covered_by_a_note_of_its_own_language_alone(language: str) -> None:
    shares = {note: covered(QUESTIONS[language], [text]) for note, text in NOTES.items()}
    own = shares.pop(language)
    assert own > 0.5
    assert max(shares.values()) < 0.3


def test_the_best_of_several_texts_counts() -> None:
    assert covered(QUESTIONS["de"], NOTES.values()) == covered(QUESTIONS["de"], [NOTES["de"]])
    assert covered(QUESTIONS["de"], []) == 0


@pytest.mark.parametrize("query", ["", "🫖", "key", "spare key", "钥匙"])
def test_a_word_or_two_say_nothing(query: str) -> None:
    assert covered(query, [NOTES["ru"]]) == 1


def test_a_name_in_the_script_of_the_notes_counts_alone() -> None:
    assert covered("Рассказывает ли кто-нибудь про boiler?", [NOTES["en"]]) == 1
    assert covered("Рассказывает ли кто-нибудь про kettle?", [NOTES["en"]]) < 0.2
