"""Notes that belong together, tags and relations by habit, notes worth writing."""

from __future__ import annotations

import numpy as np

from kb.linking.ranking.context import NoteSimilarity
from kb.linking.reading.graph import LinkGraph
from kb.linking.related import Relations, wanted_notes


def vector(*values: float) -> np.ndarray:
    row = np.array(values, dtype=np.float32)
    return row / np.linalg.norm(row)


# Three teas and three machines, each kind with a direction of its own; one more note on tea is new.
VECTORS = {
    "green.md": [(0, vector(1, 0.1, 0))],
    "black.md": [(0, vector(1, 0.2, 0))],
    "white.md": [(0, vector(1, 0, 0.1))],
    "lathe.md": [(0, vector(0, 1, 0.1))],
    "mill.md": [(0, vector(0, 1, 0.2))],
    "drill.md": [(0, vector(0.1, 1, 0))],
    "new.md": [(0, vector(1, 0.1, 0.1))],
    "leaf.md": [(0, vector(0.4, 0.4, 0.8))],
    "motor.md": [(0, vector(0.4, 0.4, 0.9))],
}
LINKS = {
    "green.md": {"leaf.md"},
    "black.md": {"leaf.md"},
    "white.md": {"leaf.md"},
    "lathe.md": {"motor.md"},
    "mill.md": {"motor.md"},
    "drill.md": {"motor.md"},
}
TAGS = {
    **{path: frozenset({"tea"}) for path in ("green.md", "black.md", "white.md")},
    **{path: frozenset({"machine"}) for path in ("lathe.md", "mill.md", "drill.md")},
    **{path: frozenset() for path in ("new.md", "leaf.md", "motor.md")},
}


def relations(links: dict[str, set[str]] = LINKS) -> Relations:
    return Relations(LinkGraph(links, {}), NoteSimilarity(VECTORS), TAGS)


def test_a_note_gets_what_notes_like_it_link() -> None:
    found = [one.path for one in relations().related("new.md", count=8)]
    assert set(found[:4]) == {"green.md", "black.md", "white.md", "leaf.md"}
    assert found.index("leaf.md") < found.index("motor.md")


def test_reasons_say_what_speaks_for_it() -> None:
    linked = relations(LINKS | {"leaf.md": {"new.md"}})
    leaf = next(one for one in linked.related("new.md") if one.path == "leaf.md")
    assert "it links to this note" in leaf.reasons
    assert any(reason.startswith("linked with") for reason in leaf.reasons)
    green = next(one for one in relations().related("black.md") if one.path == "green.md")
    assert "both tagged #tea" in green.reasons


def test_what_is_linked_already_is_left_out() -> None:
    assert "leaf.md" not in [one.path for one in relations().related("new.md", without={"leaf.md"})]


def test_a_notes_own_links_do_not_speak_for_themselves() -> None:
    bare = relations().related("new.md")
    assert relations(LINKS | {"new.md": {"motor.md"}}).related("new.md")[0].path == bare[0].path


def test_mentions_bring_a_note_forward() -> None:
    plain = [one.path for one in relations().related("new.md")]
    mentioned = [one.path for one in relations().related("new.md", mentioned={"drill.md": 0.9})]
    assert mentioned.index("drill.md") < plain.index("drill.md")


def test_without_vectors_the_links_still_count() -> None:
    known = Relations(LinkGraph(LINKS, {}), NoteSimilarity({}), TAGS)
    assert {one.path for one in known.related("leaf.md", count=3)} == {"green.md", "black.md", "white.md"}


def test_tags_of_notes_like_it_are_proposed() -> None:
    tags = relations().propose_tags("new.md")
    assert [one.name for one in tags] == ["tea"]
    assert set(tags[0].notes) == {"green.md", "black.md", "white.md"}
    assert relations().propose_tags("green.md") == []  # it has them


def test_typed_relations_of_notes_like_it_are_proposed() -> None:
    typed = {path: [("is", "leaf.md")] for path in ("green.md", "black.md", "white.md")}
    (one,) = relations().propose_relations("new.md", typed)
    assert (one.name, one.value) == ("is", "leaf.md")
    assert relations().propose_relations("new.md", {**typed, "new.md": [("is", "leaf.md")]}) == []


def test_a_single_note_makes_no_habit() -> None:
    assert relations().propose_relations("new.md", {"green.md": [("is", "leaf.md")]}) == []


def test_unwritten_notes_by_demand() -> None:
    links = [("a.md", "Kettle"), ("b.md", "kettle"), ("c.md", "Kettle"), ("a.md", "Cup"), ("a.md", "Cup")]
    found = wanted_notes(links)
    assert [(one.name, one.links, one.sources) for one in found] == [
        ("Kettle", 3, ("a.md", "b.md", "c.md")),
        ("Cup", 2, ("a.md",)),
    ]
