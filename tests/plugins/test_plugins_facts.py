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
