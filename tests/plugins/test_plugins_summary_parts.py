"""A summary speaks for the whole note, and each of its lines can be understood alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from kb_plugins.summarize.extract import Candidate, Found, candidates, key_sentences
from numpy.typing import NDArray

from kb.notes.parse import parse_note
from kb.plugin_api import Selection
from tests.support import HashingEmbedder

WHOLE = Selection("note", "N", ("N.md",))


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    return HashingEmbedder().embed_queries(texts)


def found(*texts: str) -> Found:
    return candidates([parse_note(f"N{place}.md", text) for place, text in enumerate(texts)], WHOLE)


def points(text: str, count: int = 9) -> list[Candidate]:
    return key_sentences(found(text).candidates, count, embed)


def days(count: int) -> str:
    return "\n".join(
        f"On day {day} the porter carries {day * 7} clay pots into the yard." for day in range(count)
    )


@pytest.mark.parametrize("between", ["\n", "\n\n", " "])
def test_a_long_note_is_looked_at_from_beginning_to_end(between: str) -> None:
    text = (
        "# Log\n\n"
        + days(900).replace("\n", between)
        + f"{between}In the end the yard burned down with the mill.\n"
    )
    made = found(text)
    assert made.sentences == 901
    assert len(made.candidates) <= 400
    places = [one.sentence.span.start / len(text) for one in made.candidates]
    assert all(any(low <= place < low + 0.1 for place in places) for low in np.arange(0, 1, 0.1))
    assert "burned" in made.candidates[-1].text


def test_every_main_section_has_a_line_before_any_has_two() -> None:
    text = "# Tea\n\n" + "".join(
        f"## {name}\n\n{name} leaves are sorted by hand on tables. They dry for a day in the sun. Then workers pack them.\n\n"
        for name in ("Green", "Black", "White", "Yellow", "Dark")
    )
    assert {one.heading_path[-1] for one in points(text, 5)} == {"Green", "Black", "White", "Yellow", "Dark"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "## Sync\n\nIt keeps a copy of every note on the server.\n",
            "Sync: It keeps a copy of every note on the server.",
        ),
        (
            "- Harbours\n  - the deep one takes ships of any size all year\n",
            "Harbours: the deep one takes ships of any size all year",
        ),
        (
            "1. **Kelp:**\n   Grows in cold water along the coast of Norway.\n",
            "Kelp: Grows in cold water along the coast of Norway.",
        ),
        (
            "## Kelp\n\nKelp grows in cold water along the coast.\n",
            "Kelp grows in cold water along the coast.",
        ),
    ],
)
def test_a_line_says_what_it_is_about(text: str, line: str) -> None:
    assert line in [one.text for one in points(f"# Notes\n\n{text}")]


@pytest.mark.parametrize(
    "text",
    [
        "The bay is wide and shallow here. It silts up with every flood of spring.\n",  # of the sentence before
        "## Contents\n\n- [[How the river is measured every year]]\n- The maps of the river and all of its banks\n",
        "## Maps\n\n- [[How the river is measured every year]]\n",
    ],
)
def test_no_line_hangs_in_the_air(text: str) -> None:
    assert not [one for one in points(f"# Notes\n\n{text}") if "silts" in one.text or "river" in one.text]


def test_a_table_is_one_line() -> None:
    table = "| Port | Depth |\n| --- | --- |\n| Bergen | 11 m |\n| Oslo | 9 m |\n| Tromsø | 12 m |\n"
    lines = [one.text for one in points(f"# Notes\n\n## Norway\n\n{table}")]
    assert lines == ["Norway: Port / Depth: Bergen: 11 m · Oslo: 9 m · Tromsø: 12 m"]
    table = "| Port | Depth | Crane |\n| --- | --- | --- |\n| Bergen | 11 m | yes |\n| Oslo | 9 m | no |\n| Tromsø | 12 m | no |\n"
    lines = [one.text for one in points(f"# Notes\n\n## Norway\n\n{table}")]
    assert lines == ["Norway: Port · Depth · Crane of Bergen, Oslo, Tromsø (3 rows)"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "## Knots\n\n- **Bowline**: a loop that holds\n- **Sheet bend**: joins two ropes of unlike thickness\n",
            "Knots: Bowline: a loop that holds · Sheet bend: joins two ropes of unlike thickness",
        ),
        (
            "## Casting off\n\n1. Take in the bow line.\n2. Push the stern away from the quay.\n",
            "Casting off: Take in the bow line · Push the stern away from the quay",
        ),
        (
            "The harbour has three rules for guests:\n\n- no fires\n- no music at night\n- pay at the office\n",
            "The harbour has three rules for guests: no fires · no music at night · pay at the office",
        ),
    ],
)
def test_a_short_list_is_one_line_with_what_announces_it(text: str, line: str) -> None:
    assert line in [one.text for one in points(f"# Notes\n\n{text}")]


def test_a_list_of_tasks_is_no_line() -> None:
    text = "# Notes\n\n## Boat\n\n- [ ] paint the hull before the summer comes\n- [x] mend the torn sail of the mast\n"
    assert points(text) == []


def test_the_opening_is_told_with_its_subject() -> None:
    text = "# Sheet bend\n\nA sheet bend is a knot that joins two ropes. It was known to weavers in very old times.\n"
    assert "Sheet bend: It was known to weavers in very old times." in [one.text for one in points(text)]


def told(text: str, count: int = 9) -> str:
    return "\n".join(point.text for point in points(text, count))


def test_what_a_section_concludes_is_told_and_asides_are_not() -> None:
    text = (
        "# Loam\n\nLoam is a soil of sand, silt and clay in nearly equal parts.\n\n## Trial\n\n"
        "The gardener weighed the harvest of both beds in September.\n\n"
        "So the bed with loam bore twice as much as the sandy one.\n\n"
        "For details, see the long table of the harvest at the end of the book.\n\n"
        "As far as I know he never weighed the harvest of the third bed.\n"
    )
    assert "So the bed with loam" in told(text)
    assert "For details" not in told(text)
    assert "As far as" not in told(text)


def test_a_list_of_terms_in_bold_print_is_told_with_what_each_does() -> None:
    text = (
        "# Saws\n\nA saw is a blade with teeth that cuts wood when it is pulled or pushed.\n\n"
        "- **Rip saws** cut along the grain\n"
        "- **Crosscut saws** cut across it with teeth that are ground to a point on alternate sides of the blade, so that the fibres are "
        "severed before they are lifted out of the wood by the teeth behind them\n- **Fret saws** cut curves\n"
    )
    assert "Rip saws cut along the grain · Crosscut saws · Fret saws cut curves" in told(text)


def test_a_table_of_numbers_or_links_is_no_line() -> None:
    text = (
        "# Tide\n\nA tide is a rise of the sea that the moon makes twice a day.\n\n"
        "| Hour | Depth | Wind |\n| --- | --- | --- |\n| 1 | 4 m | west |\n| 2 | 5 m | west |\n| 3 | 6 m | east |\n"
    )
    assert "Depth" not in told(text)
