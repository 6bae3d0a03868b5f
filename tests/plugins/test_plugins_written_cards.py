"""Cards that people write: every form is read whole, and nothing else is taken for a card."""

from __future__ import annotations

import pytest
from kb_plugins.quiz.cards import items_of, read_cards
from kb_plugins.study.card import Written
from kb_plugins.study.double_colon import parting
from kb_plugins.study.page import page_of
from kb_plugins.study.written import written_cards

from kb.notes.parse import parse_note

TAG = "#flashcards\n\n"


def cards(text: str) -> list[Written]:
    return written_cards(page_of(parse_note("Sea.md", text)))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("keel::what stops drift", [("keel", "what stops drift")]),
        ("keel:: a fin\n<!--SR:!2024-01-03,4,250-->", [("keel", "a fin")]),
        ("keel ::a fin <!--SR:!2024-01-03,4,250--> ^k1", [("keel", "a fin")]),
        ("luff:::windward", [("luff", "windward"), ("windward", "luff")]),
        ("🜁::air\nplus::+", [("🜁", "air"), ("plus", "+")]),
        ("潮::the tide", [("潮", "the tide")]),
        (
            "- keel::fin\n  - bilge ::: deep part",
            [("keel", "fin"), ("bilge", "deep part"), ("deep part", "bilge")],
        ),
        ("1. [ ] keel::fin", [("keel", "fin")]),
        ("> keel::fin", [("keel", "fin")]),
        ("#flashcards/sea keel::fin", [("keel", "fin")]),
        ("What does `a::b` do?::calls b", [("What does a::b do?", "calls b")]),
        ("Two\nlines\n?\nred\ngreen", [("Two lines", "red\ngreen")]),
        ("Front\r\n?\r\none\r\ntwo\r\n\r\nmore\r\n", [("Front", "one\ntwo")]),
        ("Front\n ? \nback", [("Front", "back")]),
        ("Front\n??\nback", [("Front", "back"), ("back", "Front")]),
        ("## Head\nFront\n?\nback\n## Next", [("Front", "back")]),
        ("#flashcards/sea\nFront\n?\nback", [("Front", "back")]),
        ("Front\n?\n- one\n- two\n\nrest", [("Front", "one\ntwo")]),
        ("Front\n?\n```sh\nls\n\npwd\n```\n\nrest", [("Front", "ls\npwd")]),
        ("Front\n?\n$$\na\n\nb\n$$\n", [("Front", "a\nb")]),
        ("Front\n?\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nrest", [("Front", "a, b\n1, 2")]),
        ("Front\n?\none\n\ntwo\n+++\nrest", [("Front", "one\ntwo")]),
        ("> Front\n> ?\n> one\n> two\n\nrest", [("Front", "one\ntwo")]),
        ("> [!question] Front\n> ?\n> back", [("Front", "back")]),
        ("- Front\n  ?\n  back\n  more\n- next", [("Front", "back\nmore")]),
        ("Front\n%%hidden%%\n?\nback\n<!-- hidden -->\nmore", [("Front", "back\nmore")]),
        ("A ==keel== stops drift", [("A _____ stops drift", "keel")]),
        ("A ==keel== and ==rib==", [("A _____ and rib", "keel"), ("A keel and _____", "rib")]),
        ("==Keel==^[a fin] is low", [("_____ (a fin) is low", "Keel")]),
        ("A {{keel}} stops **drift**", [("A _____ stops drift", "keel"), ("A keel stops _____", "drift")]),
        (
            "A {{c1::keel::fin}} and {{c2::rib}}",
            [("A _____ (fin) and rib", "keel"), ("A keel and _____", "rib")],
        ),
        ("A ==1;;keel;;fin== stays", [("A _____ (fin) stays", "keel")]),
        ("==a==[^1] b ==c==[^2] d ==e==[^1]", [("_____ b c d _____", "a; e"), ("a b _____ d e", "c")]),
        ("x ==one==[^ah]\n- y ==two==[^ha]", [("x _____ y …", "one"), ("x … y _____", "two")]),
        ("- Parts\n  - the ==keel== is low", [("the _____ is low", "keel")]),
        ("Use ==`std::move`== here", [("Use _____ here", "std::move")]),
        ("The area ==$\\pi r^2$== grows", [("The area _____ grows", "$\\pi r^2$")]),
    ],
)
def test_each_form_is_read_whole(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(card.question, card.key) for card in cards(TAG + text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "`keel::fin`",
        "```\nkeel::fin\nFront\n?\nback\n==gap== here\n```",
        "%%keel::fin%%",
        "<!--\nFront\n?\nback\n-->",
        "%%\nkeel::fin\n\nFront\n?\nback",  # never closed
        "text <!-- never closed\n\nkeel::fin",
        "$a::b$",
        "lone ==",
        "a ==b\nc== d",
        "**A line in bold**",
        "{{embed ((x))}} and a word",
    ],
)
def test_no_card_is_read_out_of_code_math_comments_and_open_marks(text: str) -> None:
    assert cards(TAG + text) == []


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("Front\n?\n\n## Next", 3, "it has no answer"),
        ("?\nback", 3, "it has no question"),
        ("keel::", 3, "it has no answer"),
        ("::fin", 3, "it has no question"),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_line(text: str, line: int, reason: str) -> None:
    assert [(card.line, card.reason) for card in read_cards(parse_note("Sea.md", TAG + text))[1]] == [
        (line, reason)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "We fill a std::map and read a std::set from it.",
        "The gateway is fe80::1c:2 on the lower floor.",
        "loopback is ::1 everywhere",
        "Doors open 08::15 at the museum on Sundays.",
        "The mix was 2::1 in the end",
        "It derives serde::Serialize for every type.",
        "filter :: (a -> Bool) -> [a] -> [a]",
        "Draw li::marker in red",
        ".. warning:: of reStructuredText",
        "Example::",
        "state:: done",
        ":tea::cake: for all",
        "See http://h/a::b for it",
        "- call boost::apply before the end",
        "[due:: monday] in a line",
    ],
)
def test_colons_of_names_addresses_and_times_are_no_card(line: str) -> None:
    assert parting(line, free=False) is None


@pytest.mark.parametrize(
    "line",
    [
        "What does a std::map hold?::keys and values",
        "Which one is it? :: The last one.",
        "die Pinne::the tiller",
        "The port side of a boat::left",
        "Volga::It is the longest river of Europe.",
        "pi to two places::3.14",
        "bow :::stern",
    ],
)
def test_colons_between_a_question_and_its_answer_are_a_card(line: str) -> None:
    assert parting(line, free=False) is not None


def test_a_highlight_is_a_gap_only_where_the_note_says_so_or_its_form_does() -> None:
    assert cards("A ==keel== stops drift") == []
    assert [card.key for card in cards("A ==keel==^[fin] stops drift")] == ["keel"]


@pytest.mark.parametrize(
    ("text", "decks"),
    [
        ("#flashcards/a\na::b\n\n#flashcards/b/c\nd::e", ["a", "b/c"]),
        ("#flashcards/a\na::b\n\n#flashcards/b d::e\n\nf::g", ["a", "b", "a"]),
        ("---\ntags: [flashcards/a]\n---\na::b", ["a"]),
    ],
)
def test_a_tag_names_the_deck_of_what_follows_it(text: str, decks: list[str]) -> None:
    assert [card.deck for card in cards(text)] == decks


def test_comments_make_no_card_by_any_rule() -> None:
    text = (
        "# Locks\n\n%%A **Yale lock** is a lock with a row of pins that a key lifts to one height.%%\n\n"
        "<!--\n| Key | Use |\n| --- | --- |\n| shed | garden gate |\n| cellar | coal room |\n-->\n"
    )
    assert items_of(parse_note("Locks.md", text)) == []


@pytest.mark.parametrize("name", ["Roman history.md", "Release notes.md", "Versions.md"])
def test_a_notes_name_takes_no_card_away(name: str) -> None:
    assert items_of(parse_note(name, "Which river did Caesar cross?::the Rubicon\n"))


def test_a_list_of_changes_makes_no_card_but_those_written() -> None:
    text = "".join(
        f"## {n}.0\n\n- It takes {n}5 seconds less to open the largest of files.\n\n" for n in range(3, 9)
    )
    assert items_of(parse_note("Changes.md", text)) == []
    assert len(items_of(parse_note("Changes.md", f"{text}\nWho keeps the list?::Ada\n"))) >= 1
