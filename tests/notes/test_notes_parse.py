"""What is read out of a note, by example."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from kb.notes.note import Span
from kb.notes.parse import parse_note
from kb.notes.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#tea and #green/jasmin", ["tea", "green/jasmin"]),
        ("#grün #日本 #a-b_c", ["grün", "日本", "a-b_c"]),
        ("# heading, #1234 a number, a#b, `#code`, [x](#anchor), https://example.org/#x", []),
        ("---\ntags: tea, cake\n---\n", ["tea", "cake"]),
        ("---\ntag: [tea, '#cake']\n---\n#more", ["tea", "cake", "more"]),
        ("```\n#code\n```\n%%#hidden%% $#math$", []),
    ],
)
def test_tags(text: str, tags: list[str]) -> None:
    assert [tag.name for tag in parse_note("n.md", text).tags] == tags


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("- [ ] open\n- [x] done", [(" ", "open", 1), ("x", "done", 2)]),
        ("* [/] half\n1. [-] dropped", [("/", "half", 1), ("-", "dropped", 2)]),
        ("- item\n\t- [?] nested", [("?", "nested", 2)]),
        ("[ ] no list\n- [link](x.md)\n`- [ ] code`", []),
    ],
)
def test_tasks(text: str, tasks: list[tuple[str, str, int]]) -> None:
    assert [(task.state, task.text, task.line) for task in parse_note("n.md", text).tasks] == tasks


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("# A\n## B\n# C", [(1, ("A",), 1), (2, ("A", "B"), 2), (1, ("C",), 3)]),
        ("A\n===\n\nB\n---\n", [(1, ("A",), 1), (2, ("A", "B"), 4)]),
        ("### Deep\n## Up", [(3, ("Deep",), 1), (2, ("Up",), 2)]),
        ("# *Some* [[x|label]] `code` #", [(1, ("Some label code",), 1)]),
        ("```\n# code\n```\n\n    # code", []),
        ("---\na: b\n---\n# After front matter", [(1, ("After front matter",), 4)]),
        ("# CRLF\r\n\r\n## Two\r\n", [(1, ("CRLF",), 1), (2, ("CRLF", "Two"), 3)]),
    ],
)
def test_sections(text: str, sections: list[tuple[int, tuple[str, ...], int]]) -> None:
    found = parse_note("n.md", text).sections
    assert [(section.level, section.path, section.line) for section in found] == sections


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("plain", "paragraph"),
        ("- a\n- b", "list"),
        ("| a |\n|---|\n| b |", "table"),
        ("```\nx\n```", "code"),
        ("    x", "code"),
        ("> x", "quote"),
        ("> [!tip] T\n> x", "callout"),
        ("$$\nx\n$$", "math"),
        ("<div>x</div>", "html"),
        ("x[^1]\n\n[^1]: note", "footnote"),
        ("Term\n: meaning", "definition"),
    ],
)
def test_blocks(text: str, kind: str) -> None:
    block = parse_note("n.md", text).blocks[-1]
    assert block.kind == kind
    assert text[block.span.start : block.span.end] == text.split("\n\n")[-1] if kind == "footnote" else text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Given\n---\n# Heading", "Given"),
        ("# Heading\n\ntext", "Heading"),
        ("---\ntags: x\n---\n\n# Heading", "Heading"),
        ("text first\n\n# Heading", "file name"),
        ("## Not the first level", "file name"),
        ("", "file name"),
    ],
)
def test_the_title_is_given_or_the_first_heading_or_the_file_name(text: str, title: str) -> None:
    assert parse_note("folder/file name.md", text).title == title


def test_front_matter() -> None:
    note = parse_note(
        "n.md",
        '---\naliases: [Chai, Cha]\ncreated: 2026-01-02\nupdated: 2026-01-03T10:00:00\nis: "[[drink]]"\n'
        "of:\n  - '[[leaf|leaves]]'\n  - '[[water]]'\nyear: 2020\nhot: true\nnothing:\nlist: [1, two]\n---\nBody",
    )
    assert note.aliases == ("Chai", "Cha")
    assert note.created == datetime(2026, 1, 2)
    assert note.modified == datetime(2026, 1, 3, 10)
    assert note.properties["created"] == date(2026, 1, 2)
    assert (note.properties["year"], note.properties["hot"], note.properties["nothing"]) == (2020, True, None)
    assert note.properties["list"] == (1, "two")
    relations = [(link.relation, link.target, link.label) for link in note.links]
    assert relations == [("is", "drink", None), ("of", "leaf", "leaves"), ("of", "water", None)]
    for link in note.links:
        assert note.text[link.span.start : link.span.end].startswith("[[")
    assert note.text[note.body.start :] == "Body"


def test_logseq_properties() -> None:
    note = parse_note("n.md", "title:: Green tea\nalias:: Sencha, Matcha\nkind:: [[drink]]\n\n- text")
    assert note.title == "Green tea"
    assert note.aliases == ("Sencha", "Matcha")
    assert [(link.relation, link.target) for link in note.links] == [("kind", "drink")]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("A paragraph. ^one", ["one"]),
        ("- item ^two\n- other", ["two"]),
        ("> quote\n\n^three", ["three"]),
        ("2^10 is no id, `^code` neither", []),
        ("- text\n  id:: 63500411-87b0-4d62-a9ac-5b5418bc3201", ["63500411-87b0-4d62-a9ac-5b5418bc3201"]),
    ],
)
def test_block_ids(text: str, ids: list[str]) -> None:
    assert list(parse_note("n.md", text).block_ids) == ids


@pytest.mark.parametrize(
    "hidden", ["%%{}%%", "<!-- {} -->", "`{}`", "```\n{}\n```", "    {}", "${}$", "$$\n{}\n$$"]
)
def test_links_in_comments_code_and_math_are_none(hidden: str) -> None:
    text = "[[seen]]\n\n" + hidden.format("[[unseen]]") + "\n"
    assert [link.target for link in parse_note("n.md", text).links] == ["seen"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One here. Two there!", ["One here.", "Two there!"]),
        ("It takes 3.5 GB, e.g. on a laptop. Dr. Who agrees.", ["It takes 3.5 GB, e.g. on a laptop.", "Dr. Who agrees."]),
        ("Hard wrapped\nlines are one. Next.", ["Hard wrapped lines are one.", "Next."]),
        ("- an item\n- another", ["an item", "another"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["a, b", "1, 2"]),
        ("**Term:** what it means.", ["Term: what it means."]),
        ("10:31 Ann: hello\n10:32 Ben: hi", ["10:31 Ann: hello", "10:32 Ben: hi"]),
        ("Question one?::answer one\nQuestion two?::answer two", ["Question one?::answer one", "Question two?::answer two"]),
        ("第一句。第二句！", ["第一句。", "第二句！"]),
        ("Das kostet z. B. 3,5 Mio. Euro. Ende.", ["Das kostet z. B. 3,5 Mio. Euro.", "Ende."]),
    ],
)  # fmt: skip
def test_sentences(text: str, sentences: list[str]) -> None:
    found = split_sentences(text, Span(0, len(text)))
    assert [sentence.text for sentence in found] == sentences
