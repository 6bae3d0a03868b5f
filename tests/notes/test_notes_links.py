"""The link dialects, one row each: what stands in the note, and what it means."""

from __future__ import annotations

import pytest

from kb.notes.grammar.wiki import split_target
from kb.notes.note import Link
from kb.notes.parse import parse_note

# written, kind, target, heading, block, label
LINKS = [
    # Obsidian, Foam
    ("[[Tea]]", "wiki", "Tea", None, None, None),
    ("[[drinks/Tea]]", "wiki", "drinks/Tea", None, None, None),
    ("[[Tea|a cup]]", "wiki", "Tea", None, None, "a cup"),
    ("[[Tea|cup [small]]]", "wiki", "Tea", None, None, "cup [small]"),
    ("[[Tea#Oolong]]", "wiki", "Tea", "Oolong", None, None),
    ("[[#Oolong]]", "wiki", "", "Oolong", None, None),
    ("[[Tea#Oolong#Roast]]", "wiki", "Tea", "Oolong#Roast", None, None),
    ("[[Tea#^b1]]", "wiki", "Tea", None, "b1", None),
    ("[[#^b1]]", "wiki", "", None, "b1", None),
    ("[[Tea#Oolong|that one]]", "wiki", "Tea", "Oolong", None, "that one"),
    ("[[茶/烏龍]]", "wiki", "茶/烏龍", None, None, None),
    ("![[Tea]]", "embed", "Tea", None, None, None),
    ("![[leaf.png|200]]", "embed", "leaf.png", None, None, "200"),
    ("![[Tea#^b1]]", "embed", "Tea", None, "b1", None),
    # Markdown
    ("[cup](Tea.md)", "markdown", "Tea.md", None, None, "cup"),
    ("[cup](../drinks/Tea.md#oolong)", "markdown", "../drinks/Tea.md", "oolong", None, "cup"),
    ("[cup](Green%20tea.md)", "markdown", "Green%20tea.md", None, None, "cup"),
    ("[cup](<Green tea.md>)", "markdown", "Green tea.md", None, None, "cup"),
    ('[cup](Tea.md "Hot")', "markdown", "Tea.md", None, None, "cup"),
    ("[cup](Tea_(drink).md)", "markdown", "Tea_(drink).md", None, None, "cup"),
    ("[cup](#oolong)", "markdown", "", "oolong", None, "cup"),
    ("![leaf](leaf.png)", "embed", "leaf.png", None, None, "leaf"),
    ("[site](https://example.org/a_(b))", "url", "https://example.org/a_(b)", None, None, "site"),
    ("<https://example.org>", "url", "https://example.org", None, None, None),
    ("https://example.org/x", "url", "https://example.org/x", None, None, None),
    # Logseq
    ("[[drinks/tea]]", "wiki", "drinks/tea", None, None, None),
    ("#[[green tea]]", "tag", "green tea", None, None, None),
    (
        "((63500411-87b0-4d62-a9ac-5b5418bc3201))",
        "block",
        "",
        None,
        "63500411-87b0-4d62-a9ac-5b5418bc3201",
        None,
    ),
    ("{{embed [[Tea]]}}", "embed", "Tea", None, None, None),
    # Dendron: which side is the target is for the resolver to say
    ("[[A cup|drinks.tea]]", "wiki", "A cup", None, None, "drinks.tea"),
]


@pytest.mark.parametrize(("written", "kind", "target", "heading", "block", "label"), LINKS)
def test_each_dialect_is_read(
    written: str, kind: str, target: str, heading: str | None, block: str | None, label: str | None
) -> None:
    text = f"Before {written} after."
    [link] = parse_note("a.md", text).links
    found = (link.kind, link.target, link.heading, link.block, link.label)
    assert found == (kind, target, heading, block, label)
    assert text[link.span.start : link.span.end] in written


NO_LINKS = [
    "`[[code]]`",
    "``a ` [[code]] ``",
    "```\n[[code]]\n```",
    "~~~md\n[a](b.md)\n~~~",
    "    [[indented code]]",
    "- item\n  ```\n  [[code]]\n  ```",
    "%% [[comment]] %%",
    "%%\n[[comment]]\n\nmore\n%%",
    "<!-- [[comment]] -->",
    "$[[x]]$",
    "$$\n[[x]]\n$$",
    r"\[[escaped]]",
    "[[]]",
    "[[ ]]",
    "[[two\nlines]]",
    "[not a link]",
    "- [ ] task",
    "a[0](",
    "[^1]",
    "((double parentheses))",
]


@pytest.mark.parametrize("text", NO_LINKS)
def test_what_only_looks_like_a_link_is_none(text: str) -> None:
    assert parse_note("a.md", text).links == ()


def links(text: str) -> list[Link]:
    return list(parse_note("a.md", text).links)


def test_a_bar_in_a_table_is_escaped() -> None:
    [link] = links("| a | b |\n|---|---|\n| [[Tea\\|cup]] | x |\n")
    assert (link.target, link.label, link.line) == ("Tea", "cup", 3)


def test_an_image_in_a_link_gives_both() -> None:
    assert [(link.kind, link.target) for link in links("[![leaf](leaf.png)](Tea.md)")] == [
        ("markdown", "Tea.md"),
        ("embed", "leaf.png"),
    ]


@pytest.mark.parametrize("written", ["[cup][t]", "[t][]", "[t]", "[T]"])
def test_reference_links_follow_their_definition(written: str) -> None:
    [link] = links(f"Drink {written} now.\n\n[t]: Tea.md\n")
    assert (link.kind, link.target) == ("markdown", "Tea.md")


def test_a_foam_definition_is_kept_with_its_wiki_link() -> None:
    [link] = links('See [[tea]].\n\n[tea]: ../drinks/tea.md "Tea"\n')
    assert (link.target, link.definition) == ("tea", "../drinks/tea.md")


def test_front_matter_links_are_relations() -> None:
    text = '---\nof: "[[Drinks]]"\nmade in:\n  - "[[China]]"\n  - "[Japan](japan.md)"\n---\nBody [[Tea]].\n'
    found = [(link.kind, link.relation, link.target, link.line) for link in links(text)]
    assert found == [
        ("property", "of", "Drinks", 2),
        ("property", "made in", "China", 4),
        ("property", "made in", "japan.md", 5),
        ("wiki", None, "Tea", 7),
    ]


def test_logseq_items_under_a_heading_are_a_list_and_not_code() -> None:
    text = "## Tea\n\t- leaf [[Oolong]]\n\t  ```\n\t  [[code]]\n\t  ```\n\t\t- deep [[Sencha]]\n"
    note = parse_note("a.md", text)
    assert [link.target for link in note.links] == ["Oolong", "Sencha"]
    assert [block.kind for block in note.blocks] == ["list"]


def test_links_in_logseq_properties_are_relations() -> None:
    found = [
        (link.kind, link.relation, link.target)
        for link in links("type:: [[Drink]]\n\n- origin:: [[China]]\n")
    ]
    assert found == [("property", "type", "Drink"), ("property", "origin", "China")]


def test_logseq_labels_on_pages_and_blocks_count_once() -> None:
    assert [link.target for link in links("[label]([[Tea]])")] == ["Tea"]
    assert [link.kind for link in links("[label](((63500411-87b0-4d62-a9ac-5b5418bc3201)))")] == ["block"]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("(see https://example.org/a).", "https://example.org/a"),
        ("https://example.org/a_(b), and", "https://example.org/a_(b)"),
        ("**https://example.org**", "https://example.org"),
    ],
)
def test_a_bare_url_ends_before_the_sentence_does(written: str, url: str) -> None:
    assert [link.target for link in links(written)] == [url]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_and_spans_hold_for_each_line_end(newline: str) -> None:
    text = newline.join(["# T", "", "a [[One]]", "", "- b [[Two]]"])
    found = [(link.line, text[link.span.start : link.span.end]) for link in links(text)]
    assert found == [(3, "[[One]]"), (5, "[[Two]]")]


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("Tea", ("Tea", None, None)),
        ("Tea#", ("Tea", None, None)),
        ("Tea#A#B", ("Tea", "A#B", None)),
        ("Tea#A#^b", ("Tea", "A", "b")),
        ("Tea^b", ("Tea", None, "b")),
        ("C# notes", ("C", "notes", None)),
    ],
)
def test_targets_are_taken_apart(raw: str, parts: tuple[str, str | None, str | None]) -> None:
    assert split_target(raw) == parts
