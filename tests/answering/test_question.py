import pytest

from kb.answering.question.contacts import lacks_contact
from kb.answering.question.intent import intent_of, subject_of_state, tells_decision
from kb.answering.question.question import Question, kind_of, read_question


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many layers does it have?", "number"),
        ("Wie viele Schichten hat es?", "number"),
        ("When was the paper published?", "date"),
        ("In which year did he write it?", "date"),
        ("Who described the forgetting curve?", "person"),
        ("Wer beschrieb die Vergessenskurve?", "person"),
        ("Where does it run?", "place"),
        ("Why do models hallucinate?", "reason"),
        ("What is a token?", "other"),
    ],
)
def test_the_question_word_tells_the_kind_of_answer(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def read(text: str) -> Question:
    frequencies = {"model": 50, "tokenizer": 1}
    return read_question(text, lambda words: [frequencies.get(word, 0) for word in words], 100)


def test_weights_add_up_to_one_and_rare_words_weigh_more() -> None:
    question = read("Which tokenizer does the model use?")
    assert sum(question.weights.values()) == pytest.approx(1)
    assert question.weights["tokenizer"] > question.weights["model"]


def test_coverage_counts_other_forms_of_a_word() -> None:
    question = read("Which tokenizer does the model use?")
    assert question.coverage(["tokenizers", "models", "used"]) == pytest.approx(1)
    assert question.coverage([]) == 0


@pytest.mark.parametrize(
    ("text", "sentence", "found"),
    [
        ("How many layers does it have?", "It has twelve layers.", 1),
        ("How many layers does GPT-2 have?", "GPT-2 has layers.", 0),
        ("When was it found?", "It was found in 1885.", 1),
        ("Who found it?", "It was found by Hermann Ebbinghaus.", 1),
        ("Who found it?", "It was found by nobody known.", 0),
        ("Why is it slow?", "It is slow because memory is slow.", 1),
    ],
)
def test_the_kind_of_thing_asked_for_is_looked_for(text: str, sentence: str, found: float) -> None:
    assert read(text).kind_found(sentence) == found


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("what's up with the shed?", ["shed"]),
        ("How is Aunt Ilse doing?", ["aunt", "ilse"]),
        ("Wie steht es um das Dach?", ["dach"]),
        ("Où en est le toit ?", ["toit"]),
        ("How is bread made?", []),
        ("What is the shed made of?", []),
    ],
)
def test_what_a_question_asks_the_state_of(text: str, subject: list[str]) -> None:
    assert subject_of_state(text) == subject
    assert intent_of(text).asks_state is bool(subject)


@pytest.mark.parametrize(
    ("note", "decides"),
    [
        ("chose the tiles AGAIN: grey ones", True),
        ("decided: no carpet", True),
        ("wir haben die grauen Fliesen ausgesucht", True),
        ("the tiles are grey", False),
    ],
)
def test_a_choice_that_was_made_is_a_decision(note: str, decides: bool) -> None:
    assert tells_decision(note) is decides


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("What is Marta's e-mail address?", "Marta Lind, 0151 442 118", True),
        ("What is Marta's e-mail address?", "marta@lind.example", False),
        ("Wie ist die Telefonnummer von Jonas?", "Jonas Beck, Klempner, 12 October", True),
        ("Jonas's phone?", "0170 993 207", False),
        ("What did I write in the e-mail to Marta?", "that we come on Friday", False),
    ],
)
def test_an_address_or_a_phone_number_has_a_form(question: str, text: str, lacks: bool) -> None:
    assert lacks_contact(question, text) is lacks
