"""Which words of a text are taken for names."""

from __future__ import annotations

import time

import pytest

from kb.linking.reading.mentions import Lexicon
from kb.linking.reading.prose import read_prose
from kb.linking.reading.words import key_of
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, NoteNames

NAMES = [
    "Status",
    "Custom Status",
    "Custom Status Filters",
    "spaced-repetition",
    "C++",
    "C",
    "Zürich",
    "茶",
    "Re: plan",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a custom status here", ["custom status"]),
        ("Custom Status Filter", ["Custom Status Filter"]),  # the longest, inflected
        ("Custom Status filtering", ["Custom Status filtering"]),
        ("statuses and STATUS", ["statuses", "STATUS"]),
        ("the status's use", ["status's"]),
        ("Custom, Status", ["Status"]),  # no name reaches across a comma
        ("Custom\nStatus", ["Status"]),  # no link holds a line end
        ("**Custom** Status", ["Status"]),
        ("custom-status and custom_status", ["custom-status", "custom_status"]),
        ("spaced repetition", ["spaced repetition"]),
        ("C++ is not C", ["C++", "C"]),
        ("in Zurich or ZÜRICH", ["Zurich", "ZÜRICH"]),
        ("喝茶吧", ["茶"]),
        ("statuesque statutory", []),
        ("my_status status.md file.status a@status.org", []),
        ("re: plans", ["re: plans"]),
        ("re plans", ["re plans"]),
        ("", []),
    ],
)
def test_names_found_in_a_text(text: str, expected: list[str]) -> None:
    assert [mention.text for mention in Lexicon(NAMES).mentions(text)] == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("query", "Queries"), ("box", "boxes"), ("Häuser", "hauser"), ("plan", "planned")],
)
def test_inflected_forms_share_a_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("status", "state"), ("bus", "bu"), ("news", "newt"), ("ring", "r")]
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_a_link_reads_as_its_words() -> None:
    resolver = LinkResolver([NoteNames("Tea.md", "Tea"), NoteNames("Milk.md", "Milk")])
    bare = "- tea with Milk and sugar\n"
    linked = "- [[Tea|tea]] with [Milk](Milk.md) and sugar\n"
    prose = read_prose(parse_note("x.md", linked), resolver)
    assert prose.text == read_prose(parse_note("x.md", bare), resolver).text
    assert [(link.target, prose.text[link.span.start : link.span.end]) for link in prose.links] == [
        ("Tea.md", "tea"),
        ("Milk.md", "Milk"),
    ]
    sugar = prose.text.index("sugar")
    assert prose.place(linked.index("sugar")) == sugar


def test_many_names_and_a_long_text_are_quick() -> None:
    names = [f"name {number} of {number % 97}" for number in range(20_000)]
    lexicon = Lexicon(names)
    text = "name 1 of name 2 of name 3 " * 20_000
    start = time.process_time()
    list(lexicon.mentions(text))
    assert time.process_time() - start < 60


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (
            ["北欧风格手工羊毛编织围巾入门教程", "羊毛", "围巾"],
            "昨天读了北欧风格手工羊毛编织围巾入门教程，羊毛很好。",
            ["北欧风格手工羊毛编织围巾入门教程", "羊毛"],
        ),
        (["วิธีทำแกงเขียวหวานไก่แบบโบราณ", "แกง"], "อ่านวิธีทำแกงเขียวหวานไก่แบบโบราณแล้ว", ["วิธีทำแกงเขียวหวานไก่แบบโบราณ"]),
        (["図書館でRustを学ぶ社会人のための読書会", "Rust"], "昨日は図書館でRustを学ぶ社会人のための読書会へ。", ["図書館でRustを学ぶ社会人のための読書会"]),
        # A name too long to be suggested is a sentence; no shorter name within it is one.
        (["a b c d e f g h i j k l tea", "tea"], "A b c d e f g h i j k l tea. More tea.", ["tea"]),
        (["ガラス"], "カラスとガラス", ["ガラス"]),
        (["हिन्दी"], "मैं हिन्दी सीखता हूँ", ["हिन्दी"]),
        (["Tromsø"], "a trip to Tromso", ["Tromso"]),
        (["final"], "the ﬁnal", ["ﬁnal"]),
        (["zero width"], "a ze\u200bro width space", ["ze\u200bro width"]),
    ],
)  # fmt: skip
def test_names_of_every_script(names: list[str], text: str, expected: list[str]) -> None:
    assert [mention.text for mention in Lexicon(names).mentions(text)] == expected
