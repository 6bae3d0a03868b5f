"""Facts from structure: each kind with its whole answer, and what is not worth asking."""

from __future__ import annotations

import itertools

import pytest
from kb_plugins.quiz.cards import items_of
from kb_plugins.study.facts import facts_of
from kb_plugins.study.page import page_of
from kb_plugins.study.worth import LEAST

from kb.notes.parse import parse_note


def facts(text: str) -> list[tuple[str, str, str]]:
    note = parse_note("Sea.md", text)
    return [
        (fact.kind, fact.question, " ".join(text[fact.answer.start : fact.answer.end].split()))
        for fact in facts_of(page_of(note))
        if fact.worth >= LEAST
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- what is a fjord?\n  - my answer\n    - deep water\n  - the book's answer\n    - a valley that a glacier cut and the sea filled\n",
            ("answer", "what is a fjord?", "a valley that a glacier cut and the sea filled"),
        ),
        (
            "## Why do tides turn?\n\nThe moon pulls the water towards itself.\n",
            ("answer", "Why do tides turn?", "The moon pulls the water towards itself."),
        ),
        (
            "What is a keel made of? Lead or iron, with a coat of epoxy.\n",
            ("answer", "What is a keel made of?", "Lead or iron, with a coat of epoxy."),
        ),
        (
            "- **Halyard**: a rope with which a sail is hoisted along the mast\n",
            ("term", "_____: a rope with which a sail is hoisted along the mast", "Halyard"),
        ),
        (
            "1. **Ballast:**\n   Weight low in the hull keeps the boat upright in wind.\n",
            ("attribute", "Sea — Ballast?", "Weight low in the hull keeps the boat upright in wind."),
        ),
        (
            "- winches\n  - drum\n    - a drum that turns one way holds the rope under load\n",
            ("term", "What is drum?", "a drum that turns one way holds the rope under load"),
        ),
        (
            "- GPS:\n  - Purpose: tells a ship where it is on the globe\n- AIS:\n  - Purpose: tells a ship what sails around it\n",
            ("attribute", "AIS — Purpose?", "tells a ship what sails around it"),
        ),
        (
            "ebb = the water that runs out to sea\n",
            ("term", "What is ebb?", "the water that runs out to sea"),
        ),
        (
            "Boats with a deep keel cannot enter the harbour at low tide because the bar dries out.\n",
            (
                "cause",
                "Why? Boats with a deep keel cannot enter the harbour at low tide.",
                "because the bar dries out",
            ),
        ),
        (
            "Das Boot liegt bei Ebbe trocken und kippt auf die Seite, weil der Kiel sehr schmal gebaut ist.\n"
            * 2,
            (
                "cause",
                "Warum? Das Boot liegt bei Ebbe trocken und kippt auf die Seite.",
                "weil der Kiel sehr schmal gebaut ist",
            ),
        ),
        (
            "Unlike a sloop, a ketch carries a second mast behind the main one.\n",
            ("contrast", "Unlike a sloop, …?", "a ketch carries a second mast behind the main one"),
        ),
        (
            "There are three types of tide:\n\n- spring tide\n- neap tide\n- slack water\n",
            ("members", "There are three types of tide: (3)", "spring tide - neap tide - slack water"),
        ),
        (
            "## How a lock works\n\n1. The lower gate closes behind the ship.\n2. Water flows in from the river.\n3. The upper gate opens.\n",
            (
                "steps",
                "How a lock works: (3)",
                "The lower gate closes behind the ship. 2. Water flows in from the river. 3. The upper gate opens.",
            ),
        ),
        (
            "| Port | Depth | Country |\n| --- | --- | --- |\n| Bergen | 11 m | Norway |\n| Gdynia | 13 m | Poland |\n",
            ("cell", "Gdynia — Depth?", "13 m"),
        ),
        (
            "| Knot | Use |\n| --- | --- |\n| Bowline | makes a loop that never slips |\n| Cleat hitch | ties a boat to the quay |\n",
            ("cell", "Use: makes a loop that never slips — Knot: _____", "Bowline"),
        ),
        ("---\nbuilder: Nautor Swan\n---\nText.\n", ("relation", "Sea — builder?", "Nautor Swan")),
        (
            "## Anchoring\n\nThe chain lies flat on the ground and pulls the anchor into the mud.\n",
            (
                "section",
                "What does the note say about Anchoring?",
                "The chain lies flat on the ground and pulls the anchor into the mud.",
            ),
        ),
    ],
)
def test_each_kind_of_structure_gives_its_fact(text: str, expected: tuple[str, str, str]) -> None:
    assert expected in facts(text)


@pytest.mark.parametrize(
    "text",
    [
        "- **Export**: click the button in the sidebar, then choose a folder in the menu\n",
        "- **Mooring**: see the page on harbours for all that there is to know about it\n",
        "- **Example**: a boat of ten metres pays about thirty euros for a night\n",
        "- **[Harbours](h.md)**: all that there is to know about the ports of the coast\n",
        "## Next steps\n\nThe harbour master keeps a list of all boats in the bay.\n",
        "- Sure, here is what you asked for: a list of boats\n",
        "- todo: paint the hull and mend the sail before summer\n",
        "## Anchoring\n\nThis is done as described above, in the same way as before.\n",
        "| Key | Action |\n| --- | --- |\n| F2 | open the menu |\n| F3 | close the menu |\n",
        "---\ntags: [boats]\ncreated: 2024-01-01\nstatus: draft\n---\nText.\n",
    ],
)
def test_labels_steps_and_pointers_are_not_asked(text: str) -> None:
    assert facts(text) == []


def test_no_two_cards_ask_for_one_fact() -> None:
    text = (
        "# Tide\n\n## Tide\n\nA tide is a rise of the sea that the moon makes twice a day.\n\n"
        "- **Tide**: a rise of the sea that the moon makes twice a day\n\n## What is a tide?\n\n"
        "A tide is a rise of the sea that the moon makes twice a day.\n"
    )
    items = items_of(parse_note("Tide.md", text))
    assert len({item.question for item in items}) == len(items)
    spans = sorted((item.span.start, item.span.end) for item in items)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_each_section_is_asked_before_any_twice() -> None:
    text = "# Sea\n\n" + "".join(
        f"## Part {name}\n\n"
        + "".join(
            f"- **{name}{word}**: a rope of kind {word} with which sail {name} is held tight\n"
            for word in ("one", "two")
        )
        + "\n"
        for name in ("Alpha", "Beta", "Gamma")
    )
    from random import Random

    from kb_plugins.quiz.deck import _planned

    planned = _planned(items_of(parse_note("Sea.md", text)), Random(1))
    assert len({item.heading_path for item in planned[:3]}) == 3


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "- **Ebbe**: das Wasser, das vom Land weg ins Meer läuft und später als Flut wieder kommt\n",
            "Ebbe",
        ),
        ("- 潮汐：月亮和太阳的引力使海水每天涨落两次，因此港口的水深会变化\n", "潮汐"),
    ],
)
def test_facts_of_other_languages(text: str, question: str) -> None:
    [(_, asked, answer)] = [fact for fact in facts(text) if fact[0] != "section"]
    assert question in asked + answer


POINTS = (
    "# Boats\n\n## Steel\n\n**Advantages:**\n\n- **Strength:** it bends before it breaks\n"
    "- **Repair:** any welder can mend it\n- **Price:** plates are cheap everywhere\n"
)


def test_points_about_a_thing_are_asked_for_together_and_not_one_by_one() -> None:
    found = facts(POINTS)
    assert [(kind, question) for kind, question, _ in found] == [("members", "Steel — Advantages: (3)")]
    assert "any welder can mend it" in found[0][2]


def test_points_that_are_told_at_length_are_asked_for_one_by_one() -> None:
    long = " and it holds for many years in salt water without any care" * 4
    found = facts(
        POINTS.replace("it bends", f"it is tough{long}, it bends").replace("any welder", f"any{long} welder")
    )
    assert not any(kind == "members" for kind, _, _ in found)


def test_the_heading_of_a_section_that_defines_it_is_asked_for_what_it_is() -> None:
    found = facts("## Ketch\n\nA ketch is a boat with two masts, of which the front one is taller.\n")
    assert "What is Ketch?" in [question for _, question, _ in found]
    found = facts("## Keels\n\nKeels keep a boat from drifting sideways when the wind blows from the side.\n")
    assert [question for _, question, _ in found] == ["What do Keels do?"]


def test_a_note_of_one_day_gives_no_cards_but_those_that_its_author_wrote() -> None:
    text = "# Tuesday\n\n- decided: the hull gets white paint from Norway\n\nWho paints it?::Marcel\n"
    assert [item.rule for item in items_of(parse_note("Journal/2026-03-24.md", text))] == ["card"]
    assert len(items_of(parse_note("Hull.md", text))) > 1


@pytest.mark.parametrize(
    "text",
    [
        "- **User feedback**: the feedback of users is gathered and read\n",  # its label as a sentence
        "- `sort by due`: The tasks in the order of their due dates\n",  # the name of a program
        "Weekly plan:\n- **Editor**: see plan.docx in the folder of the club\n",
        "## Appendix\n\nVersion 2.0.0 introduced anchors that fold and can be stowed in a locker.\n",
        "A group matches boats by:\n\n- **length**: a match on the length over all in metres\n",
        "- **Contact**: Mrs Berg, berg@harbour.example, answers within three days\n",
        "moon tides: chapter 11? the Bay of Fundy, where they rise fifty feet\n",
    ],
)
def test_what_is_looked_up_or_says_its_own_label_is_not_asked(text: str) -> None:
    assert facts(text) == []


def test_a_note_without_anything_better_still_gives_its_best_card() -> None:
    weak = "# Mooring\n\n1. **Spring lines:**\n   Two ropes hold the boat from the following side against the pull of the tide.\n"
    good = "\nHalyard = a rope with which a sail is hoisted along the mast\n"
    assert [item.question for item in items_of(parse_note("Mooring.md", weak))] == ["Mooring — Spring lines?"]
    assert all("Spring" not in item.question for item in items_of(parse_note("Mooring.md", weak + good)))


def test_a_recipe_is_asked_for_its_steps() -> None:
    text = "# Epoxy how-to\n\n1. sand the wood with rough paper\n2. warm the resin in a bath\n3. stir for two minutes\n"
    note = parse_note("Epoxy how-to.md", text)
    assert [(item.rule, item.question) for item in items_of(note)] == [("steps", "Epoxy how-to: (3)")]
