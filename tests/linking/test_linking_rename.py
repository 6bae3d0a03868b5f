"""A rename changes the links to a note, each in the form it is written in, and proves that they lead there."""

from __future__ import annotations

import pytest

from kb.notes.renames import Renames
from tests.linking.renaming import lost, rename

# The link as it is written in Shelf.md, the note that is renamed and its new path, and the link afterwards.
TEA = ("Tea.md", "drinks/Green tea.md")
FORMS = [
    # wiki links
    ("[[Tea]]", *TEA, "[[Green tea]]"),
    ("[[Tea|a cup]]", *TEA, "[[Green tea|a cup]]"),
    ("[[Tea#Oolong]]", *TEA, "[[Green tea#Oolong]]"),
    ("[[Tea#^b1]]", *TEA, "[[Green tea#^b1]]"),
    ("![[Tea]]", *TEA, "![[Green tea]]"),
    ("[[Tea.md]]", *TEA, "[[Green tea.md]]"),
    ("| a |\n|---|\n| [[Tea\\|cup]] |", *TEA, "| a |\n|---|\n| [[Green tea\\|cup]] |"),
    ("- kind:: [[Tea]]", *TEA, "- kind:: [[Green tea]]"),
    ("{{embed [[Tea]]}}", *TEA, "{{embed [[Green tea]]}}"),
    ("#[[Tea]]", *TEA, "#[[Green tea]]"),
    ("[cup]([[Tea]])", *TEA, "[cup]([[Green tea]])"),
    ("[[drinks/Pot]]", "drinks/Pot.md", "things/Pot.md", "[[things/Pot]]"),
    ("[[Pot]]", "drinks/Pot.md", "things/Pot.md", "[[Pot]]"),
    # Markdown links
    ("[x](Tea.md)", *TEA, "[x](drinks/Green%20tea.md)"),
    ("[x](./Tea.md#oolong)", *TEA, "[x](./drinks/Green%20tea.md#oolong)"),
    ("[x](<Tea.md>)", *TEA, "[x](<drinks/Green tea.md>)"),
    ('[x](<Tea.md> "t")', *TEA, '[x](<drinks/Green tea.md> "t")'),
    ("[x](Tea.md (where))", *TEA, "[x](drinks/Green%20tea.md (where))"),
    ('[x](Tea.md\n"t")', *TEA, '[x](drinks/Green%20tea.md\n"t")'),
    ("[x](/Tea.md)", *TEA, "[x](/drinks/Green%20tea.md)"),
    ("[x](Tea)", *TEA, "[x](drinks/Green%20tea)"),
    ("![x](Tea.md)", *TEA, "![x](drinks/Green%20tea.md)"),
    ("[x](foo\\_bar.md)", "foo_bar.md", "foo_baz.md", "[x](foo_baz.md)"),
    ("[x](a&amp;b.md)", "a&b.md", "c&d.md", "[x](c&d.md)"),
    ("[x](foo(1).md)", "foo(1).md", "bar(2).md", "[x](bar(2).md)"),
    ("[x](foo%281%29.md)", "foo(1).md", "bar(2).md", "[x](bar%282%29.md)"),
    ("[x](Tea.md)", "Tea.md", "a (b.md", "[x](a%20%28b.md)"),
    ("[x](Grün.md)", "Grün.md", "Öl.md", "[x](Öl.md)"),
    ("[x](Gr%C3%BCn.md)", "Grün.md", "Öl.md", "[x](%C3%96l.md)"),
    ("[x](drinks/Pot.md)", "drinks/Pot.md", "Pot.md", "[x](Pot.md)"),
    # definitions
    ("[x][a]\n\n[a]: Tea.md 'T'", *TEA, "[x][a]\n\n[a]: drinks/Green%20tea.md 'T'"),
    ("[a] [a] [x][a]\n\n[a]: <Tea.md>", *TEA, "[a] [a] [x][a]\n\n[a]: <drinks/Green tea.md>"),
    ("Unused.\n\n[a]: Tea.md", *TEA, "Unused.\n\n[a]: drinks/Green%20tea.md"),
    ("[[Tea]]\n\n[Tea]: Tea.md \"Tea\"", *TEA, "[[Green tea]]\n\n[Tea]: drinks/Green%20tea.md \"Tea\""),
    ("> [x][a]\n>\n> [a]:\n>   Tea.md", *TEA, "> [x][a]\n>\n> [a]:\n>   drinks/Green%20tea.md"),
    # front matter
    ('---\nof: "[[Tea]]"\n---\n', *TEA, '---\nof: "[[Green tea]]"\n---\n'),
    ('---\nof: "[x](Tea.md)"\n---\n', "Tea.md", "drinks/Green tea (loose).md",
     '---\nof: "[x](drinks/Green%20tea%20%28loose%29.md)"\n---\n'),
    ("---\nof:\n  - '[x](<Tea.md> \"t\")'\n---\n", *TEA, "---\nof:\n  - '[x](<drinks/Green tea.md> \"t\")'\n---\n"),
    # quoted values of front matter, in which marks are escaped
    ("---\nof: '[[Tea]]'\n---\n", "Tea.md", "Mum's tea.md", "---\nof: '[[Mum''s tea]]'\n---\n"),
    ("---\nof: ['[[Mum''s tea]]']\n---\n", "Mum's tea.md", "Tea.md", "---\nof: ['[[Tea]]']\n---\n"),
    ('---\nof: "[[Tea]]"\n---\n', "Tea.md", 'A "good" tea.md', '---\nof: "[[A \\"good\\" tea]]"\n---\n'),
    ('---\n- "[[A \\"good\\" tea|x]]"\nb: 1\n---\n', 'A "good" tea.md', "Tea.md", '---\n- "[[Tea|x]]"\nb: 1\n---\n'),
    ('---\nof: "[[Caf\\u00e9]]"\n---\n', "Café.md", "Tea.md", '---\nof: "[[Tea]]"\n---\n'),
    # a query stays, and so do marks that would be read as something else
    ("[x](Tea.md?raw=1#oolong)", *TEA, "[x](drinks/Green%20tea.md?raw=1#oolong)"),
    ("[x](<Tea.md>)", "Tea.md", "a > 50%.md", "[x](<a \\> 50%25.md>)"),
    ("[x](Tea.md)", "Tea.md", "&copy;x.md", "[x](%26copy;x.md)"),
    ("[[Tea]]", "Tea.md", "a%20b.md", "[[a%20b]]"),
    ("[[Tea]]", "Tea.md", "a___b.md", "[[a/b]]"),
    # only the case
    ("[[Tea]]", "Tea.md", "tea.md", "[[tea]]"),
    ("[x](Tea.md)", "Tea.md", "tea.md", "[x](tea.md)"),
    ("![[Tea]] [[Tea|drink]]", "Tea.md", "tea.md", "![[tea]] [[tea|drink]]"),
    ("[[tea]]", "Tea.md", "tea.md", "[[tea]]"),
    ("[x](drinks/Pot.md)", "drinks/Pot.md", "Drinks/Pot.md", "[x](Drinks/Pot.md)"),
    # what is no link
    ("`[[Tea]]` \\[[Tea]] $[[Tea]]$ %%[[Tea]]%%", *TEA, "`[[Tea]]` \\[[Tea]] $[[Tea]]$ %%[[Tea]]%%"),
    ("[x](https://example.org/Tea.md)", *TEA, "[x](https://example.org/Tea.md)"),
    ("[[Water]] and [[No such note]]", *TEA, "[[Water]] and [[No such note]]"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "old", "new", "expected"), FORMS)
def test_each_link_is_written_as_its_writer_wrote_it(written: str, old: str, new: str, expected: str) -> None:
    notes = {"Shelf.md": written, "Water.md": "", old: "## Oolong\n\nleaf ^b1\n"}
    after, left = rename(notes, Renames({old: new}))
    assert after["Shelf.md"] == expected
    assert left == []
    assert lost(notes, after, Renames({old: new}), []) == []


def test_a_note_that_moves_takes_its_own_links_along() -> None:
    notes = {
        "a/Tea.md": "[p](Pot.md) [[Pot]] ![l](img/leaf.png) ![[leaf.png]] [t](#x)\n\n[d]: Pot.md",
        "a/Pot.md": "",
    }
    renames = Renames({"a/Tea.md": "b/c/Tea.md"})
    after, left = rename(notes, renames, ("a/img/leaf.png",))
    assert after["b/c/Tea.md"] == (
        "[p](../../a/Pot.md) [[Pot]] ![l](../../a/img/leaf.png) ![[leaf.png]] [t](#x)\n\n[d]: ../../a/Pot.md"
    )
    assert left == []


def test_the_other_note_of_a_name_keeps_its_links() -> None:
    notes = {"projects/Notes.md": "", "projects/Todo.md": "[n](Notes.md) [[Notes]]", "x/Notes.md": ""}
    after, _ = rename(notes, Renames({"x/Notes.md": "x/Seeds.md"}))
    assert after["projects/Todo.md"] == notes["projects/Todo.md"]
    after, _ = rename(notes, Renames({"projects/Notes.md": "projects/Log.md"}))
    assert after["projects/Todo.md"] == "[n](Log.md) [[Log]]"


def test_a_link_that_another_note_would_steal_is_written_by_its_path() -> None:
    notes = {"things/Pot.md": "", "Tea.md": "", "Other.md": "[[Pot]]"}
    after, left = rename(notes, Renames({"Tea.md": "Pot.md"}))
    assert (after["Other.md"], left) == ("[[things/Pot]]", [])


def test_label_first_links_of_dendron_are_changed_behind_the_bar() -> None:
    notes = {"root.md": "", "drinks.tea.md": "", "x.md": "[[A cup|drinks.tea]] [[A cup|drinks.tea#h]]"}
    after, left = rename(notes, Renames({"drinks.tea.md": "drinks.green.md"}))
    assert (after["x.md"], left) == ("[[A cup|drinks.green]] [[A cup|drinks.green#h]]", [])


def test_pages_of_logseq_are_called_by_their_names() -> None:
    notes = {"pages/food___soup.md": "", "x.md": "[[food/soup]] and kind:: [[food/soup]]"}
    after, left = rename(notes, Renames({"pages/food___soup.md": "pages/food___stew.md"}))
    assert (after["x.md"], left) == ("[[food/stew]] and kind:: [[food/stew]]", [])


def test_what_cannot_be_proved_is_left_and_named() -> None:
    # The backtick of the new name would pair with the one in the text.
    notes = {"Tea.md": "", "x.md": "a [[Tea]]\n\nb ` c [[Tea]] d"}
    after, left = rename(notes, Renames({"Tea.md": "a`b.md"}))
    assert after["x.md"] == "a [[a`b]]\n\nb ` c [[Tea]] d"
    assert left == ["x.md:3"]


def test_headings_and_blocks_get_other_names() -> None:
    notes = {
        "Plan.md": "# Plan\n## New\n[[#Old]] [x](#old)\n\nx ^new",
        "x.md": "[[Plan#Old|l]] [x](Plan.md#old) [x](Plan.md#Old) [[Plan#^id]] [[Plan#Other]] ![[Plan#Plan#Old]]",
    }
    renames = Renames(headings={("Plan.md", "Old"): "New one"}, blocks={("Plan.md", "id"): "new"})
    # The names before are those of the old text.
    from kb.notes.edit import apply_edits
    from kb.notes.parse import parse_note
    from kb.notes.relink import Relinker
    from kb.notes.resolve import LinkResolver, names_of

    old = notes | {"Plan.md": "# Plan\n## Old\n[[#Old]] [x](#old)\n\nx ^id"}
    new = notes | {"Plan.md": "# Plan\n## New one\n[[#Old]] [x](#old)\n\nx ^new"}
    before, after = (
        LinkResolver([names_of(parse_note(path, text)) for path, text in texts.items()])
        for texts in (old, new)
    )
    changes = Relinker(before, after, renames).changes(parse_note("x.md", notes["x.md"]))
    assert apply_edits(notes["x.md"], changes.edits) == (
        "[[Plan#New one|l]] [x](Plan.md#new-one) [x](Plan.md#New%20one) [[Plan#^new]] [[Plan#Other]] "
        "![[Plan#Plan#New one]]"
    )
    assert changes.left == ()
