"""Renames on disk: which notes are read, and which links are written as paths."""

from __future__ import annotations

from pathlib import Path

from kb.linking.renaming.alias import rename_alias
from kb.linking.renaming.note import rename
from kb.linking.renaming.tag import rename_tag
from kb.notes.grammar.inline import read_line
from kb.notes.link_forms import written_path
from tests.linking.renaming import context_of
from tests.support import write_notes


def test_a_link_that_could_mean_two_notes_afterwards_is_written_as_a_path(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    write_notes(
        vault, {"a/Tea.md": "a\n", "b/Cup.md": "b\n", "See.md": "[[Tea]]\n", "c/More.md": "[[Tea#x]]\n"}
    )
    rename(context_of(vault, tmp_path / "state"), "b/Cup.md", "b/Tea")
    assert (vault / "See.md").read_text() == "[[a/Tea]]\n"
    assert (vault / "c/More.md").read_text() == "[[a/Tea#x]]\n"


def test_only_notes_that_look_for_a_changed_name_are_read(tmp_path: Path) -> None:
    notes = {
        "Tea.md": "t\n",
        "See.md": "[[Tea]]\n",
        "Unused.md": "[x]: Tea.md\n",
        "Other.md": "[[Cup]] tea\n",
        "Cup.md": "c\n",
    }
    vault = tmp_path / "vault"
    write_notes(vault, notes)
    context = context_of(vault, tmp_path / "state")
    (vault / "Other.md").unlink()  # reading it would fail
    (vault / "Cup.md").unlink()
    assert sorted(one.path for one in rename(context, "Tea.md", "Green").notes) == ["See.md", "Unused.md"]
    assert (vault / "Unused.md").read_text() == "[x]: Green.md\n"


def test_a_tag_that_is_a_link_to_a_note_is_left_and_named(tmp_path: Path) -> None:
    notes = {
        "Tea.md": "t\n",
        "Field.md": "tags:: [[Tea]]\n\nx\n",
        "Both.md": "one #tea\n\n#[[Tea]]\n",
        "Plain.md": "#tea #[[tea/green]] #/tea/ x\n",
    }
    vault = tmp_path / "vault"
    write_notes(vault, notes)
    done = rename_tag(context_of(vault, tmp_path / "state"), "tea", "drink")
    assert [one.path for one in done.notes] == ["Plain.md"]
    assert (vault / "Plain.md").read_text() == "#drink #[[drink/green]] #/drink/ x\n"
    assert (vault / "Field.md").read_text() == notes["Field.md"]
    assert done.left == ("Both.md:1", "Both.md:3", "Field.md:1")


def test_a_link_by_an_alias_shows_it_still_when_another_note_takes_the_name(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    notes = {
        "Tea.md": '---\naliases: [Green]\nup: "[[Green]]"\n---\n## Part\n',
        "Cup.md": "c\n",
        "See.md": "[[Green]], [[Green#Part]] and [[Green|it]] ![[Green]]\n\n| [[Green]] | a |\n|---|---|\n",
    }
    write_notes(vault, notes)
    rename(context_of(vault, tmp_path / "state"), "Cup.md", "Green")
    assert (vault / "See.md").read_text() == (
        "[[Tea|Green]], [[Tea#Part|Green > Part]] and [[Tea|it]] ![[Tea]]\n\n"
        "| [[Tea\\|Green]] | a |\n|---|---|\n"
    )
    assert 'up: "[[Tea|Green]]"\n' in (vault / "Tea.md").read_text()


def test_an_alias_that_takes_the_name_of_a_note_is_shown_still(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    write_notes(vault, {"Tea.md": "---\naliases: [Green]\n---\n", "Cup.md": "c\n", "See.md": "[[Green]]\n"})
    rename_alias(context_of(vault, tmp_path / "state"), "Green", "Cup", "Tea.md")
    assert (vault / "See.md").read_text() == "[[Tea|Cup]]\n"


def test_a_path_that_begins_like_an_address_is_written_with_a_dot(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    write_notes(vault, {"a/b:c.md": "x\n", "See.md": "[x](a/b%3Ac.md) [y](/a/b:c.md)\n\n[r]: a/b:c.md\n"})
    rename(context_of(vault, tmp_path / "state"), "See.md", "a/See.md")
    assert (vault / "a/See.md").read_text() == "[x](./b:c.md) [y](/a/b:c.md)\n\n[r]: ./b:c.md\n"
    assert read_line(f"[x]({written_path('b:c.md')})")[0].target == "./b:c.md"
