"""The tutor listens: what it says depends on what was said, and is said in the language of the note."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from kb_plugins.socratic import tongue
from kb_plugins.socratic.parts import parts_of_fact
from kb_plugins.socratic.session import TutorSession

from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Cancellation, Card, Said
from kb.settings import Settings
from tests.support import write_notes

NOTES = {
    "Bread/Dough.md": (
        "# Dough\n\nDough is a mixture of flour and water that is kneaded until it is elastic.\n\n"
        "## Resting\n\nBread dough must rest for a while because the gluten relaxes and the yeast makes gas. "
        "A cold room slows the yeast down considerably.\n\nHow long does dough rest?::half an hour\n\n"
        "Which tool cuts dough?::bench knife\n"
    ),
    "Bread/Oven.md": (
        "# Oven\n\nAn oven is a closed chamber that heats food from all sides. It bakes [[Dough]].\n\n"
        "Which temperature suits rolls?::220 °C\n"
    ),
    "Teig.md": (
        "# Teig\n\nDie Notiz beschreibt, wie ein guter Teig für Brot und Brötchen entsteht und warum er ruht.\n\n"
        "Womit schneidet man den Teig?::Teigkarte\n"
    ),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("listening")
    write_notes(folder / "vault", NOTES)
    base = KnowledgeBase(Settings(vault=folder / "vault", index=folder / "index"))
    base.index()
    yield base
    base.close()


class Talk:
    """A session that has come to the question whose answer holds `key`."""

    def __init__(self, base: KnowledgeBase, topic: str, key: str) -> None:
        shutil.rmtree(base.logs.folder, ignore_errors=True)
        self.session = TutorSession(base, use_model=False)
        list(self.session.open(topic, Cancellation()))
        keys = [lesson.item.key for lesson in self.session._lessons]
        place = next(number for number, one in enumerate(keys) if key in one)
        for _ in range(place):
            list(self.session.reply("/skip", Cancellation()))
        self.lesson = self.session._lessons[place]

    def say(self, text: str) -> str:
        events = self.session.reply(text, Cancellation())
        return "\n".join(event.markdown for event in events if isinstance(event, Said))


def test_the_part_that_is_missing_is_named_by_its_kind_and_the_part_that_is_there_is_kept(
    base: KnowledgeBase,
) -> None:
    talk = Talk(base, "Bread/Dough.md", "gluten relaxes")
    assert len(talk.lesson.parts) == 2
    first = talk.say("the gluten relaxes")
    assert "Your note adds" in first
    assert not talk.lesson.secret.is_told_by(first.replace("the gluten relaxes", ""))
    assert "Yes" in talk.say("and the yeast makes gas")


def test_not_knowing_gets_a_hint_and_no_no(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "bench knife")
    said = talk.say("I don't know")
    assert talk.lesson.hint == 1
    assert talk.lesson.hints[0] in said
    assert "Not yet" not in said


def test_a_question_back_is_answered_by_what_is_asked_for_and_costs_no_hint(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "half an hour")
    said = talk.say("What do you mean by that?")
    assert talk.lesson.hint == 0
    assert "the question asks for a length of time" in said


def test_another_true_statement_of_the_section_is_accepted_as_such(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "gluten relaxes")
    said = talk.say("A cold room slows down the yeast")
    assert "Your note says that, too" in said
    assert talk.lesson.hint == 0


def test_an_answer_that_belongs_to_another_card_is_told_so(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "bench knife")
    said = talk.say("half an hour")
    assert said.startswith("In your notes that belongs to “Resting”.")
    assert said.count("?") == 1


def test_a_denied_part_is_questioned(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "gluten relaxes")
    said = talk.say("because the gluten does not relax")
    assert talk.lesson.state == "probe"
    assert said.count("?") == 1
    assert "Yes" not in said


def test_what_is_unsure_is_never_told_no(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "gluten relaxes")
    for text in ("the gluten does something there", "gluten, somehow"):
        said = talk.say(text)
        assert not said.startswith(("Not yet", "That's not", "Not quite", "Your note has something"))


def test_the_reason_that_is_given_afterwards_is_judged_against_the_section(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "gluten relaxes")
    assert "Yes" in talk.say("because the gluten relaxes and the yeast makes gas")
    assert "says so, too" in talk.say("in a cold room the yeast is slowed down considerably")
    talk = Talk(base, "Bread/Dough.md", "bench knife")
    talk.say("bench knife")
    assert "doesn't mention that" in talk.say("my grandmother had a red bicycle with a bell")


def test_a_german_note_is_taught_in_german(base: KnowledgeBase) -> None:
    talk = Talk(base, "Teig.md", "Teigkarte")
    assert "Gesucht ist" in talk.say("keine Ahnung")
    assert talk.say("Teigkarte").startswith("Ja, so steht es")


def test_a_folder_is_a_path_from_what_others_rest_on(base: KnowledgeBase) -> None:
    shutil.rmtree(base.logs.folder, ignore_errors=True)
    session = TutorSession(base, use_model=False)
    events = list(session.open("Bread/", Cancellation()))
    assert any(isinstance(event, Said) and "path through" in event.markdown for event in events)
    assert any(isinstance(event, Card) for event in events)
    paths = [lesson.item.path for lesson in session._lessons]
    assert paths.index("Bread/Dough.md") < paths.index("Bread/Oven.md")


def test_parts_are_clauses_lines_and_items(base: KnowledgeBase) -> None:
    item = next(
        lesson.item
        for lesson in Talk(base, "Bread/Dough.md", "gluten relaxes").session._lessons
        if "gluten" in lesson.item.key
    )
    assert next(part.category for part in parts_of_fact(item)) == "reason"


@pytest.mark.parametrize("language", ["de", "fr", "es", "zh"])
def test_every_language_says_all_that_english_says(language: str) -> None:
    folder = Path(tongue.__file__).with_name("data")
    tables = [
        tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")) for name in ("en", language)
    ]
    english, other = ({table: set(names) for table, names in one.items()} for one in tables)
    assert english == other
    for table in tables:
        for texts in table["asks"].values():
            assert all(text.count("?") + text.count("？") == 1 for text in texts)
        for text in table["says"].values():
            assert "?" not in str(text)
            assert "？" not in str(text)


def test_a_wrong_answer_is_said_back_and_a_right_word_is_kept(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "gluten relaxes")
    assert "“the oven is cold”" in talk.say("the oven is cold")
    talk = Talk(base, "Bread/Dough.md", "bench knife")
    assert "“knife”" in talk.say("some knife")


def test_a_plea_is_refused_with_how_many_are_left_and_the_third_shows_the_note(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "bench knife")
    assert "2 more" in talk.say("please tell me the answer")
    assert "/reveal" in talk.say("just give me the answer")
    assert "bench knife" in talk.say("tell me the answer now")
    assert talk.lesson.outcome == "shown"


def test_what_is_said_after_the_last_hint_is_still_heard(base: KnowledgeBase) -> None:
    talk = Talk(base, "Bread/Dough.md", "gluten relaxes")
    for _ in range(len(talk.lesson.hints)):
        talk.say("/hint")
    assert "Your note adds" in talk.say("the gluten relaxes")
    assert "That was the last hint" in talk.say("I don't remember")
    assert "what else" not in talk.say("what else?")
    assert "Yes" in talk.say("and the yeast makes gas")


def test_another_first_name_is_not_the_name(base: KnowledgeBase) -> None:
    from kb_plugins.socratic.listening import Listener
    from kb_plugins.socratic.parts import Part
    from kb_plugins.study.minds import Minds

    item = Talk(base, "Bread/Dough.md", "bench knife").lesson.item
    parts = (Part("Anna Berg", "name"), Part("in 1994", "year"))
    listener = Listener(item, parts, (), (), (), Minds(base))
    assert listener.hear("Anna Holm").present == frozenset()
    assert listener.hear("Berg").present == {0}


def test_a_title_that_is_a_question_leaves_the_question_one(base: KnowledgeBase) -> None:
    from dataclasses import replace

    from kb_plugins.socratic.hints import question_of

    item = Talk(base, "Bread/Dough.md", "bench knife").lesson.item
    asked = replace(item, question="What is yeast?", stem="What is bread? › Parts: What is yeast?")
    assert question_of(asked) == "What is bread › Parts: What is yeast?"


def test_a_count_that_is_a_number_of_the_answer_is_not_said(base: KnowledgeBase) -> None:
    from dataclasses import replace

    from kb_plugins.socratic.lesson import Lesson
    from kb_plugins.socratic.moves import Speaker
    from kb_plugins.socratic.secret import Secret
    from kb_plugins.socratic.tongue import Tongue
    from kb_plugins.study.minds import Minds

    item = replace(
        Talk(base, "Bread/Dough.md", "bench knife").lesson.item, key="2 hours", question="How long?"
    )
    secret = Secret.of(item, (), "How long?")
    lesson = Lesson(item, "How long?", secret, "", [], pleas=1)
    said = Speaker(Tongue("en"), (), (), Minds(base)).turn(lesson, "plea", None, "tell me")
    assert not any(secret.is_told_by(text) for text in said.sentences)
