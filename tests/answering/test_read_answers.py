"""Answers that are read: the block that a person would point at, by the real reader over a small vault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from kb.answering.answer import Answer
from kb.answering.conversation import Turn
from kb.answering.events import Finished
from kb.answering.evidence.sections import most_likely, sections_of
from kb.answering.question.question import read_question
from kb.knowledge_base import KnowledgeBase
from kb.retrieval.hit import SearchHit
from kb.settings import Settings
from tests.support import write_notes

pytestmark = pytest.mark.slow

TODAY = date(2026, 5, 20)  # a Wednesday
NOTES = {
    "Tools/Drill.md": "---\nbrand: Bosch\nrating: 4\n---\n# Drill\n\n- bought at Hornbach, 89 €\n- lent to Marta\n- spare bits in the blue box\n",
    "Kitchen/Pancakes.md": "# Pancakes\n\nFor four people you need:\n\n- 250 g flour\n- 3 eggs\n- 500 ml milk\n- salt\n\n"
    "## Method\n\n1. Whisk the eggs with the milk.\n2. Add the flour.\n3. Let it rest for 20 minutes.\n4. Bake in butter.\n",
    "House/Server.md": "---\naliases: [photo box]\ntags: [computers]\n---\n# Server\n\nRestart the photo service with:\n\n```sh\nsudo systemctl restart photos\n```\n\nThe disk holds 4 TB.\n",
    "House/Energy.md": "# Energy\n\n| Month | Power kWh | Gas m3 | Cost |\n|---|---|---|---|\n| January | 310 | 120 | 190 € |\n"
    "| February | 280 | 95 | 165 € |\n| March | 240 | 60 | 130 € |\n",
    "Body/Weight.md": "# Weight\n\n| Day | Weight | Mood |\n|---|---|---|\n| 2026-01-04 | 71.2 | tired |\n| 2026-02-01 | 70.4 | |\n"
    "| 2026-04-05 | 68.9 | fine |\n",
    "House/Deck.md": "# Deck\n\n- varnish: 6 coats, sand with 320 between\n  - correction from Jonas: 8 coats\n- oil the bench\n",
    "House/Fair.md": "# Spring fair\n\n2026-02-01 Spring fair fixed: Saturday 9 May, in the old barn.\n2026-03-01 committee: date moves to "
    "Sunday 17 May, for the barn is let.\n2026-04-02 place: the Boat Hall. Tables from Omar, twelve.\n",
    "House/Boat kit.md": "# Boat kit\n\n- https://www.boatkit.example/plans\n",
    "House/Shed log.md": "# Shed log\n\n## 2026-01-10\nThe shed will be green.\n\n## 2026-03-02\nColour changed: the shed will be "
    "dark red.\n\n## 2026-04-11\nRoof felt bought, 62 €.\n",
    "People/Contacts.md": "# Contacts\n\n| Name | Who | Phone | Birthday |\n|---|---|---|---|\n"
    "| Marta Lind | neighbour | 0151 442 118 | 4 June |\n| Jonas Beck | plumber | 0170 993 207 | 12 October |\n"
    "| Ilse Korn | aunt, keeps bees, vegan | | 9 March |\n",
    "House/Lawn.md": "# Lawn\n\n2026-02-11 The neighbours' party is fixed: Friday 12 June, in our garden.\n\n"
    "2026-05-02 The party moves to Saturday 20 June because of the football.\n",
    "Journal/2026-02-20.md": "# 2026-02-20\n\n- book club: the summer reading takes place in the old mill on 14 August\n",
    "Journal/2026-04-02.md": "# 2026-04-02\n\n- Iva says the summer reading can not be in the mill, the roof leaks\n",
    "Journal/2026-04-20.md": "# 2026-04-20\n\n- found a place: the summer reading will be at the boathouse\n",
    "House/Insurance.md": "# Insurance of the van\n\n| Insurer | Premium a year | Excess | Towing |\n|---|---|---|---|\n"
    "| Helvia | 119 € | 350 € | no |\n| Norda | 148 € | 200 € | yes |\n",
    "People/Bella Vale.md": "# Bella Vale\n\nBella Vale is a botanist. She lives in Bergen.\n",
    "Journal/2026-05-19.md": "# 2026-05-19\n\n- planted the leeks in bed 2\n- decided: no new carpet in the hall\n- Jonas fixed the tap, 80 €\n",
    "Journal/2026-05-12.md": "# 2026-05-12\n\n- decided: we fly in July, not in August\n- slept badly\n",
    "Journal/2026-05-04.md": "# 2026-05-04\n\n- [ ] pay the chimney sweep 📅 2026-05-22\n- [ ] send the form 📅 2026-06-30\n- [x] call Jonas\n",
    "Garten/Kompost.md": "# Kompost\n\nDer Kompost wird im Herbst umgesetzt. Die Kiste kostet 45 € und steht hinter der Garage.\n",
    "Garden/Birds.md": "# Birds\n\nBirds seen so far:\n\n- wren\n- robin\n- blackcap\n",
    "House/Boiler.md": "# Boiler\n\nThe boiler was made by Vaillant in 2011.\n",
    "Journal/2026-02-08.md": "# 2026-02-08\n\n- boiler: the man from Vaillant says it lasts five more years; made by Vaillant, so parts exist\n",
    "House/Greenhouse.md": "# Greenhouse\n\n- opening: ~~3 May~~ 17 May, with cake\n- ~~glass from Rohm~~\n- glass from Velter, 340 €\n\n"
    "1. Money: Iva has 2,300 € for it.\n2. Heating: Omar asks for a gas heater.\n3. Keys: two, one with Jonas.\n",
    "People/Regatta crew.md": "# Regatta crew\n\nIva Roth steers. She was born in Basel in 1979.\nOmar Faris rows. "
    "He was born in Tunis in 1990 and works as a baker.\n",
    "House/Roof.md": "# Roof\n\n2026-03-01 offer for the roof from Rust & Sons: 4,200 €\n",
    "Journal/2026-03-09.md": "# 2026-03-09\n\n- dentist at 9\n- second offer for the roof, from Dorn: 3,950 €\n- bought stamps\n",
    "Study/Cards.md": "# Cards\n\nWhich part of a cell holds its ribosome?::The cytoplasm\nWhat does a vacuole store?::Water\n",
    "Study/Cells.md": "# Cells\n\nA mitochondrion makes the energy of the cell. A ribosome builds proteins.\n",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("read")
    write_notes(folder / "vault", NOTES)
    settings = Settings(folder / "vault", folder / "index", today=TODAY)
    base = KnowledgeBase(
        replace(settings, embedding=replace(settings.embedding, model="multilingual-e5-small"))
    )
    base.index()
    yield base
    base.close()


def ask(base: KnowledgeBase, question: str, history: tuple[Turn, ...] = ()) -> Answer:
    return next(event.answer for event in base.ask(question, history=history) if isinstance(event, Finished))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much was the drill?", ["89 €"]),
        ("Who did I lend the drill to?", ["Marta"]),
        ("What brand is the drill?", ["Bosch"]),
        ("Which ingredients do I need for pancakes?", ["250 g flour", "3 eggs", "500 ml milk", "salt"]),
        ("How do I make pancakes?", ["Whisk the eggs", "Add the flour", "Bake in butter"]),
        ("How do I restart the photo service?", ["sudo systemctl restart photos"]),
        ("How much gas did we use in February?", ["95"]),
        ("What is Jonas Beck's phone number?", ["0170 993 207"]),
        ("When is Marta's birthday?", ["4 June"]),
        ("Where does Bella Vale live?", ["Bergen"]),
        ("How much does the compost box cost?", ["45 €"]),
        ("Was macht ein Ribosom?", ["proteins"]),
    ],
)
def test_the_answers_own_lines_hold_it(base: KnowledgeBase, question: str, said: list[str]) -> None:
    answer = ask(base, question)
    assert answer.outcome == "answered", answer
    for words in said:
        assert words in answer.text


def test_the_short_answer_is_a_stretch_of_its_block(base: KnowledgeBase) -> None:
    answer = ask(base, "How much was the drill?")
    assert "89" in answer.short
    assert answer.short in answer.cited[0].text
    assert answer.cited[0].path == "Tools/Drill.md"
    assert answer.cited[0].line == 7


def test_a_jotted_line_is_shown_with_the_sentence_that_names_its_subject(base: KnowledgeBase) -> None:
    answer = ask(base, "Where was Omar Faris born?")
    assert "Omar Faris rows. He was born in Tunis" in answer.text
    assert "Basel" not in answer.text


def test_what_is_struck_out_holds_no_longer(base: KnowledgeBase) -> None:
    opening = ask(base, "When does the greenhouse open?")
    assert "17 May" in opening.text
    assert "3 May" not in opening.text
    assert "~~3 May~~ 17 May" in opening.cited[0].quote
    assert "Velter" in ask(base, "Who delivers the glass for the greenhouse?").text


def test_a_point_of_an_agenda_is_shown_without_the_others(base: KnowledgeBase) -> None:
    answer = ask(base, "How much money does Iva have for the greenhouse?")
    assert "2,300" in answer.text
    assert "Heating" not in answer.text


def test_places_that_give_the_same_answer_are_cited_together(base: KnowledgeBase) -> None:
    answer = ask(base, "Who made the boiler?")
    assert "Vaillant" in answer.text
    assert {quote.path for quote in answer.cited} == {"House/Boiler.md", "Journal/2026-02-08.md"}


def test_what_a_list_holds_is_counted_and_listed(base: KnowledgeBase) -> None:
    answer = ask(base, "How many birds have I seen so far?")
    assert answer.text.startswith("3:")
    assert "blackcap" in answer.text


def test_a_list_goes_with_its_lead_in(base: KnowledgeBase) -> None:
    assert "For four people you need:" in ask(base, "Which ingredients do I need for pancakes?").text


def test_a_row_is_shown_under_its_header(base: KnowledgeBase) -> None:
    answer = ask(base, "How much gas did we use in February?")
    assert "Gas m3" in answer.text
    assert "310" not in answer.text


def test_what_was_changed_later_holds(base: KnowledgeBase) -> None:
    answer = ask(base, "What colour will the shed be?")
    assert "dark red" in answer.text
    assert "green" not in answer.text


def test_a_cell_is_found_by_its_row_and_column(base: KnowledgeBase) -> None:
    answer = ask(base, "What is the excess at Norda?")
    assert answer.short == "200 €"
    assert "Helvia" not in answer.text


def test_an_empty_cell_is_not_filled_from_another_row(base: KnowledgeBase) -> None:
    answer = ask(base, "What is Ilse Korn's phone number?")
    assert "0151" not in answer.text
    assert "0170" not in answer.text
    assert answer.outcome != "answered"


def test_another_row_does_not_answer_for_the_one_that_is_named(base: KnowledgeBase) -> None:
    answer = ask(base, "Is Marta a vegan?")
    assert "Ilse" not in answer.text


def test_a_date_that_was_moved_later_is_not_the_answer(base: KnowledgeBase) -> None:
    answer = ask(base, "When is the neighbours' party?")
    assert "20 June" in answer.text
    assert "12 June" not in answer.text


def test_what_was_denied_later_is_not_the_answer(base: KnowledgeBase) -> None:
    answer = ask(base, "Where does the summer reading take place?")
    assert "boathouse" in answer.text
    assert "old mill" not in answer.text
    assert "14 August" in ask(base, "When does the summer reading take place?").text, (
        "the place alone was denied"
    )


def test_all_that_a_day_tells(base: KnowledgeBase) -> None:
    answer = ask(base, "What happened yesterday?")
    assert answer.outcome == "answered"
    assert all(words in answer.text for words in ("leeks", "no new carpet", "tap"))
    assert {quote.path for quote in answer.cited} == {"Journal/2026-05-19.md"}


def test_the_decisions_of_a_week(base: KnowledgeBase) -> None:
    answer = ask(base, "What did I decide last week?")
    assert "we fly in July" in answer.text
    assert "carpet" not in answer.text
    assert "slept" not in answer.text


def test_tasks_by_their_due_day(base: KnowledgeBase) -> None:
    answer = ask(base, "Which tasks are due this week?")
    assert "chimney sweep" in answer.text
    assert "form" not in answer.text
    assert "Jonas" not in answer.text
    assert answer.cited[0].path == "Journal/2026-05-04.md"


def test_two_things_in_one_question(base: KnowledgeBase) -> None:
    answer = ask(base, "How much was the drill and where does Bella Vale live?")
    assert "89 €" in answer.text
    assert "Bergen" in answer.text


def test_a_follow_up_goes_on_about_the_person(base: KnowledgeBase) -> None:
    history = (Turn("Who is Jonas Beck?", "Jonas Beck is the plumber [1]."),)
    answer = ask(base, "What is his phone number?", history)
    assert "0170 993 207" in answer.text


@pytest.mark.parametrize(
    "question",
    ["How far away is the moon?", "What is Marta's e-mail address?", "Who won the world cup in 1998?"],
)
def test_what_the_notes_do_not_say_is_not_answered(base: KnowledgeBase, question: str) -> None:
    answer = ask(base, question)
    assert answer.abstained
    assert not answer.text


def test_when_it_is_not_certain_the_closest_passages_are_shown(base: KnowledgeBase) -> None:
    sure = replace(base.settings, answers=replace(base.settings.answers, threshold=0.999))
    strict = KnowledgeBase(sure)
    answer = ask(strict, "How much was the drill?")
    strict.close()
    assert answer.outcome == "unsure"
    assert "89 €" in answer.sources[0].quote
    assert not answer.sentences


def test_without_a_reader_the_rules_answer(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.reading.reader import Reader

    told: list[str] = []
    other = KnowledgeBase(base.settings, notice=told.append)
    monkeypatch.setattr(Reader, "problem", lambda _: "The reader is missing. Install kb again.")
    answer = ask(other, "Where does Bella Vale live?")
    other.close()
    assert told == ["The reader is missing. Install kb again."]
    assert "Bergen" in answer.text or answer.abstained


def test_what_is_read_is_what_promises_most(base: KnowledgeBase) -> None:
    catalog, retriever = base.catalog, base.retriever
    passages = [passage for note in catalog.notes() for passage in catalog.passages_of(note.path)]
    hits = [SearchHit(passage, 0.2, lexical=0.0, dense=0.0) for passage in passages]
    sections = sections_of(hits, catalog.passages_of, more=False)
    question = read_question("Who made the boiler?", retriever.document_frequency, retriever.passage_count())
    chosen = most_likely(question, sections, 3)
    assert len(chosen) == 3 < len(sections)
    assert {"House/Boiler.md", "Journal/2026-02-08.md"} <= {section.first.note_path for section in chosen}
    assert [sections.index(section) for section in chosen] == sorted(map(sections.index, chosen))


def test_what_is_nearest_by_meaning_is_read_without_a_word_in_common(base: KnowledgeBase) -> None:
    catalog, retriever = base.catalog, base.retriever
    passages = [passage for note in catalog.notes() for passage in catalog.passages_of(note.path)]
    near = passages[-1]
    hits = [SearchHit(passage, 0.2, lexical=0.0, dense=float(passage is near)) for passage in passages]
    sections = sections_of(hits, catalog.passages_of, more=False)
    question = read_question("Wer hat den Boiler?", retriever.document_frequency, retriever.passage_count())
    chosen = most_likely(question, sections, 2)
    assert any(near in section.passages for section in chosen)


def test_the_nearest_in_another_language_is_read_besides(base: KnowledgeBase) -> None:
    catalog, retriever = base.catalog, base.retriever
    passages = [passage for note in catalog.notes() for passage in catalog.passages_of(note.path)]
    hits = [
        SearchHit(passage, 0.5, lexical=0.5, dense=0.4 if passage.note_path.startswith("Garten") else 0.5)
        for passage in passages
    ]
    sections = sections_of(hits, catalog.passages_of, more=False)
    text = "How much does the compost box cost?"
    question = read_question(text, retriever.document_frequency, retriever.passage_count())
    chosen = most_likely(question, sections, 3)
    assert "Garten/Kompost.md" in {section.first.note_path for section in chosen}
    assert len(chosen) == 4


def test_a_flash_card_answers_only_what_it_asks(base: KnowledgeBase) -> None:
    answer = ask(base, "What is a ribosome?")
    assert "builds proteins" in answer.text
    assert "cytoplasm" not in answer.text
    answer = ask(base, "What does a vacuole store?")
    assert "What does a vacuole store? Water" in answer.text


def test_what_stands_in_several_notes_is_listed_from_all(base: KnowledgeBase) -> None:
    answer = ask(base, "Which offers did we get for the roof?")
    own = "\n".join(sentence.text for sentence in answer.sentences)
    assert "4,200 €" in own
    assert "3,950 €" in own
    assert "stamps" not in own


def test_the_day_of_a_note_is_not_that_of_a_birthday_it_does_not_tell(base: KnowledgeBase) -> None:
    answer = ask(base, "When is the birthday of the man from Vaillant?")
    assert "2026-02-08" not in (answer.short or "")


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("Did we use more gas in January or in March?", ["| January | 310", "| March | 240"], "| February"),
        ("How did my weight change between January and April?", ["71.2", "68.9"], "70.4"),
    ],
)
def test_a_table_answers_a_comparison_with_the_rows_of_both_sides(
    base: KnowledgeBase, question: str, said: list[str], unsaid: str
) -> None:
    answer = ask(base, question)
    assert answer.outcome == "answered"
    assert all(words in answer.text for words in said), answer.text
    assert unsaid not in answer.text
    assert answer.text.count("Month") + answer.text.count("Day") == 1  # one header


@pytest.mark.parametrize(
    ("question", "day", "first", "later"),
    [
        ("How is the summer reading coming along?", "2026-04-20: ", "boathouse", "roof leaks"),
        ("what's up with the party?", "2026-05-02 ", "moves to Saturday 20 June", "fixed: Friday 12 June"),
    ],
)
def test_how_something_stands_is_told_by_what_was_written_last(
    base: KnowledgeBase, question: str, day: str, first: str, later: str
) -> None:
    answer = ask(base, question)
    assert first in answer.sentences[0].text
    assert later in answer.sentences[1].text
    assert answer.sentences[0].text.startswith(day)


def test_a_correction_below_an_item_is_in_force(base: KnowledgeBase) -> None:
    answer = ask(base, "How many coats of varnish does the deck need?")
    assert "8" in answer.short


@pytest.mark.parametrize(
    ("question", "said"),
    [("When is the spring fair?", "Sunday 17 May"), ("Where does the spring fair take place?", "Boat Hall")],
)
def test_a_log_goes_on_about_its_subject_without_naming_it(
    base: KnowledgeBase, question: str, said: str
) -> None:
    answer = ask(base, question)
    assert said in answer.text
    assert "9 May" not in answer.text


def test_a_period_in_which_nothing_was_decided_has_no_answer(base: KnowledgeBase) -> None:
    assert ask(base, "What did I decide in December 2025?").outcome != "answered"


def test_how_a_note_is_filed_answers_only_who_asks_for_it(base: KnowledgeBase) -> None:
    answer = ask(base, "What is the server?")
    assert not any("photo box" in quote.text or "computers" in quote.text for quote in answer.sources)
    assert "photo box" in ask(base, "What aliases does the server have?").text


def test_a_page_of_the_web_answers_only_who_asks_for_it(base: KnowledgeBase) -> None:
    assert ask(base, "Which glue does the boat kit use?").outcome != "answered"
    assert "boatkit.example" in ask(base, "What is the web page of the boat kit?").text
