"""What is suggested, how it is written, and why."""

from __future__ import annotations

import time
from typing import Any

import pytest

from kb.linking.decisions import Decisions, decided
from kb.linking.ranking.linker import Linker, train
from kb.linking.suggestions import LinkSuggestion, suggest_links, with_links
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, names_of

# Twelve notes that link Mercury the planet beside Sun, and the metal beside Lead.
SKY = {
    f"sky/{number}.md": "Under the [[Sun]] goes [[planets/Mercury|Mercury]], a planet.\n"
    for number in range(6)
}
LAB = {
    f"lab/{number}.md": "Both [[Lead]] and [[metals/Mercury|Mercury]] are poison.\n" for number in range(6)
}
NOTES = {
    "Sun.md": "# Sun\n",
    "Lead.md": "# Lead\n",
    "planets/Mercury.md": "# Mercury\n\n[[Sun]]\n",
    "metals/Mercury.md": "# Mercury\n\n[[Lead]]\n",
    "Spaced repetition.md": "---\naliases: [SRS]\n---\n# Spaced repetition\n\n## Intervals\n",
    "Note.md": "# Note\n",
}


def learned(notes: dict[str, str]) -> Linker:
    parsed = [parse_note(path, text) for path, text in notes.items()]
    names = [names_of(note) for note in parsed]
    return train(parsed, names, LinkResolver(names), {})


def suggested(notes: dict[str, str], text: str, path: str = "New.md", **options: Any) -> list[LinkSuggestion]:
    return suggest_links(learned(notes), parse_note(path, text), **options)


def test_a_title_is_suggested_with_place_and_reason() -> None:
    (one,) = suggested(NOTES, "# New\n\nI use Spaced repetition daily.\n", min_confidence=0.0)
    assert (one.line, one.mention, one.target) == (3, "Spaced repetition", "Spaced repetition.md")
    assert one.replacement == "[[Spaced repetition]]"
    assert "its title" in one.reasons
    assert 0 < one.confidence < 1


def test_only_one_mention_of_a_note_is_suggested() -> None:
    found = suggested(NOTES, "Spaced repetition, SRS, spaced repetition.\n", min_confidence=0.0)
    assert [one.mention for one in found] == ["Spaced repetition"]


def test_a_note_that_is_linked_is_not_suggested_again() -> None:
    assert suggested(NOTES, "[[Spaced repetition]] is Spaced repetition.\n", min_confidence=0.0) == []


def test_a_note_is_not_linked_to_itself() -> None:
    assert suggested(NOTES, "# Note\n\nNote this.\n", path="Note.md", min_confidence=0.0) == []


def test_what_others_link_counts() -> None:
    habit = {f"{number}.md": f"Day {number}: made a [[Note|note]].\n" for number in range(10)}
    bare = {f"{number}.md": f"Day {number}: made a note, saw the [[Sun]].\n" for number in range(10)}
    text = "I made a note.\n"
    linked = [one.confidence for one in suggested(NOTES | habit, text, min_confidence=0.0)]
    unlinked = [one.confidence for one in suggested(NOTES | bare, text, min_confidence=0.0)]
    assert linked > unlinked
    assert linked[0] > 0.5 > unlinked[0]


def test_a_name_of_two_notes_is_resolved_by_folder_and_neighbours() -> None:
    notes = NOTES | SKY | LAB
    for path, expected in (("sky/new.md", "planets/Mercury.md"), ("lab/new.md", "metals/Mercury.md")):
        found = suggested(notes, "There is Mercury.\n", path=path, min_confidence=0.0)
        assert [one.target for one in found] == [expected]
        assert found[0].replacement == f"[[{expected.removesuffix('.md')}|Mercury]]"


@pytest.mark.parametrize("named", ["# Beds\n", "---\naliases: [Beds]\n---\n# Other\n"])
def test_of_several_notes_of_one_name_the_nearest_comes_first(named: str) -> None:
    paths = [
        "garden/Beds.md",
        "garden/deep/down/Beds.md",
        "house/rooms/Beds.md",
        "archive/2019/old/house/Beds.md",
    ]
    notes = dict.fromkeys(paths, named) | {"Compost.md": "# Compost\n"}
    text = "Water the Beds before noon.\n"
    for source, best in [
        ("garden/Plan.md", paths[0]),
        ("house/Plan.md", paths[2]),
        ("house/rooms/Plan.md", paths[2]),
    ]:
        (one,) = suggested(notes, text, path=source, min_confidence=0.0)
        assert one.target == best
        assert set(one.rivals) == set(paths) - {best}


def test_a_name_of_two_notes_without_context_is_left_to_the_person() -> None:
    notes = {"a/Mercury.md": "# Mercury\n", "b/Mercury.md": "# Mercury\n", "Sun.md": "# Sun\n[[a/Mercury]]\n"}
    (one,) = suggested({**notes, "x.md": "[[b/Mercury]]\n"}, "Mercury shines.\n", min_confidence=0.0)
    assert one.rivals
    assert one.confidence < 0.6
    assert any(reason.startswith("may also mean") for reason in one.reasons)


@pytest.mark.parametrize(
    ("vault", "text", "expected"),
    [
        ({}, "spaced repetition", "[[Spaced repetition|spaced repetition]]"),
        ({}, "SRS", "[[Spaced repetition|SRS]]"),
        (
            {},
            "| SRS | x |\n|---|---|\n| a | b |",
            "| [[Spaced repetition\\|SRS]] | x |\n|---|---|\n| a | b |",
        ),
        ({"a.md": "[[spaced repetition]] [[note]] [[sun]]"}, "spaced repetition", "[[spaced repetition]]"),
        ({"a.md": "[[deep/Cave]] [[deep/Cave|cave]]"}, "Cave", "[[deep/Cave|Cave]]"),
        ({"a.md": "[x](Sun.md) [y](Note.md)"}, "SRS", "[SRS](Spaced%20repetition.md)"),
        ({"a/a.md": "[x](../Sun.md)"}, "Cave", "[Cave](deep/Cave.md)"),
        ({"a/a.md": "[x](/Sun.md) [x](/Note.md)"}, "Cave", "[Cave](/deep/Cave.md)"),
        ({"a.md": "[x](Sun) [x](Note)"}, "Cave", "[Cave](deep/Cave)"),
        (
            {"a.md": "[[Spaced repetition#Intervals|intervals]]"},
            "intervals",
            "[[Spaced repetition#Intervals|intervals]]",
        ),
    ],
)
def test_links_are_written_as_the_vault_writes_them(vault: dict[str, str], text: str, expected: str) -> None:
    notes = {path: text.replace("[[", "").replace("]]", "") for path, text in NOTES.items()}
    notes |= {"deep/Cave.md": "# Cave\n"} | vault
    assert with_links(text, suggested(notes, text, min_confidence=0.0)) == expected


def test_a_name_that_no_wiki_link_can_hold_gets_a_markdown_link() -> None:
    (one,) = suggested({"a|b [c].md": "# Odd name\n"}, "Odd name here\n", min_confidence=0.0)
    assert one.replacement == "[Odd name](a%7Cb%20%5Bc%5D.md)"


def test_never_and_reject_hide_always_makes_sure() -> None:
    text = "Spaced repetition under the Sun\n"
    never = Decisions([decided("never", "sun")])
    assert [one.mention for one in suggested(NOTES, text, min_confidence=0.0, decisions=never)] == [
        "Spaced repetition"
    ]
    rejected = Decisions([decided("reject", "Sun", "New.md", "Sun.md")])
    assert len(suggested(NOTES, text, min_confidence=0.0, decisions=rejected)) == 1
    assert len(suggested(NOTES, text, path="Other.md", min_confidence=0.0, decisions=rejected)) == 2
    always = Decisions([decided("always", "Sun")])
    (sure,) = suggested(NOTES, text, min_confidence=1.0, decisions=always)
    assert (sure.mention, sure.reasons[0]) == ("Sun", "you said always")


def test_the_same_note_gives_the_same_suggestions() -> None:
    notes = NOTES | SKY | LAB
    text = "Mercury, SRS, the Sun, Lead, a note.\n"
    assert suggested(notes, text, min_confidence=0.0) == suggested(
        dict(reversed(notes.items())), text, min_confidence=0.0
    )


@pytest.mark.parametrize(
    "piece", ["Sun ", "Sun\n", "[[Sun]] ", "`Sun` ", "<a>Sun ", "| Sun ", "{{Sun", "a.b+c-", "[Sun] "]
)
def test_a_very_long_note_is_read_in_linear_time(piece: str) -> None:
    judge = learned(NOTES)
    note = parse_note("New.md", piece * (200_000 // len(piece)))
    start = time.process_time()
    suggest_links(judge, note, min_confidence=0.0)
    assert time.process_time() - start < 60
