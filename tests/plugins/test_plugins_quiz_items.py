"""Cards: what they are made of, what they never give away, how answers are graded."""

from __future__ import annotations

import pytest
from kb_plugins.quiz.cards import items_of
from kb_plugins.quiz.grade import grade
from kb_plugins.quiz.item import Item, leaks, normal_form, plain_key
from kb_plugins.quiz.kinds import choose_formats

from kb.notes.parse import parse_note

NOTE = """# Oolong

Oolong is a tea that is partly oxidised, between green and black tea. The word **cultivar** names a plant variety \
that people have bred and kept. A second infusion of good leaves takes 45 seconds in a small pot.

## Why it is rolled

Rolling breaks the cells of the leaf, so that oxidation can begin evenly everywhere.

The leaf is sorted into these grades:

- whole leaf
- broken leaf
- fannings

| Tea | Oxidation |
| --- | --- |
| Baozhong | 12 % |
| Tieguanyin | 25 % |
| Da Hong Pao | 60 % |
| Bai Hao | 70 % |

- **Wok**: the iron pan in which the leaves are heated by hand to stop oxidation

Which island is known for oolong?::Taiwan

It is 12 degrees there. See 7 things about this.
"""


@pytest.fixture(scope="module")
def items() -> dict[str, Item]:
    return {item.key: item for item in items_of(parse_note("Oolong.md", NOTE))}


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("Oolong", "definition"),
        ("cultivar", "bold"),
        ("12 %", "cell"),
        ("Wok", "term"),
        ("Taiwan", "card"),
        ("so that oxidation can begin evenly everywhere", "cause"),
        ("whole leaf\nbroken leaf\nfannings", "members"),
    ],
)
def test_each_rule_finds_its_fact(items: dict[str, Item], key: str, rule: str) -> None:
    assert items[key].rule == rule


def test_every_key_is_an_exact_span_that_its_stem_does_not_tell(items: dict[str, Item]) -> None:
    for item in items.values():
        assert plain_key(NOTE[item.span.start : item.span.end]) == " ".join(item.key.split())
        assert not leaks(item.stem, item.key), item.stem
        assert item.quote in NOTE


def test_a_sentence_that_points_back_makes_no_card(items: dict[str, Item]) -> None:
    assert not {"12 degrees", "12", "7"} & set(items)


@pytest.mark.parametrize(
    "text",
    [
        "If you follow these rules, the tea is ready after 45 seconds in the pot.",
        "The second one of the two teas reached 45 points in the tasting of spring.",
        "Oolong is one of the most wonderful teas that anybody has ever tasted anywhere.",
        "It might be said to be the **first** tea that has been rolled by hand in Fujian.",
        "- **Setup**: Install the kettle, then fill it with cold water from the tap.",
        "- **Big / small**: the pots that a tea house holds ready for its many guests.",
        "- **For guests**: the pots that a tea house holds ready for its many visitors.",
        "- **Tea houses love their guests**: they hold pots ready for all who come by.",
        "I think that a kettle holds 45 cups of the best tea for all of my friends.",
        "Open the lid of the pot and look for **Tie Guan** among the wet leaves.",
        "As said above, the leaves of the first harvest need 45 seconds in the pot.",
        "Take it out of the pot and press the leaves in **Gaiwan** as the masters do.",
        "## Examples\n\nSteep the leaves of the spring harvest for 45 seconds in the pot.",
    ],
)
def test_no_card_is_made_of_praise_steps_and_what_stands_elsewhere(text: str) -> None:
    made = items_of(parse_note("Oolong.md", f"# Oolong\n\n{text}\n"))
    assert [item for item in made if item.rule != "section"] == []


def test_ids_last_when_text_is_added_around_them(items: dict[str, Item]) -> None:
    longer = parse_note("Elsewhere/Oolong.md", NOTE.replace("# Oolong", "# Oolong\n\nA note on tea.\n"))
    assert {item.id for item in items.values()} <= {item.id for item in items_of(longer)}


def test_no_card_is_made_of_what_kb_wrote() -> None:
    assert not items_of(parse_note("Cards.md", "---\nmade-by: kb\n---\n" + NOTE))


def test_options_are_distinct_and_hold_the_key_once(items: dict[str, Item]) -> None:
    for item in choose_formats(list(items.values()), items.values(), NOTE):
        forms = [normal_form(option) for option in item.options]
        assert len(set(forms)) == len(forms)
        assert not forms or forms.count(normal_form(item.key)) == 1


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("Tokens are pieces of text", "token", True),
        ("A piece of text", "token", False),
        ("It was 1,885 years", "1885", True),
        ("Spaced repetition works", "spaced repetitions", True),
        ("The time-out is set", "timeout", True),
        ("car", "card", False),
        ("Groups the notes as a flat list", "Group by folder or flat list", True),
    ],
)
def test_a_leak_is_seen_in_any_form(text: str, key: str, told: bool) -> None:
    assert leaks(text, key) is told


@pytest.mark.parametrize(
    ("key", "answer", "expected"),
    [
        ("cultivar", "Cultivar.", "right"),
        ("cultivar", "the cultivars", "right"),
        ("cultivar", "cultivr", "right"),
        ("cultivar", "a plant", "wrong"),
        ("cultivar", "", "wrong"),
        ("cultivar", "I don't know", "wrong"),
        ("cultivar", "weiß nicht", "wrong"),
        ("12 %", "12", "right"),
        ("Taiwan", "it is Taiwan I think", "right"),
        (
            "so that oxidation can begin evenly everywhere",
            "to let it begin",
            "unsure",
        ),
        (
            "so that oxidation can begin evenly everywhere",
            "oxidation then begins evenly",
            "right",
        ),
        (
            "so that oxidation can begin evenly everywhere",
            "something else entirely, who cares",
            "unsure",
        ),
    ],
)
def test_answers_fall_in_three_bands(items: dict[str, Item], key: str, answer: str, expected: str) -> None:
    assert grade(items[key], answer, lambda one, other: 0.0).grade == expected


def test_similarity_makes_an_answer_unsure_and_never_right(items: dict[str, Item]) -> None:
    assert grade(items["cultivar"], "a bred variety", lambda one, other: 0.9).grade == "unsure"
