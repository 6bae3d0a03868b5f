"""`kb mv`: a note gets another path, and every link keeps its meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import run_kb, write_notes

pytestmark = pytest.mark.slow  # together
NOTES = {
    "Tea/Oolong.md": "# Oolong\n\nSee [[Kettle]], [pot](../Things/Pot.md) and ![leaf](img/leaf.png).\n",
    "Kettle.md": (
        '---\nfor: "[[Oolong]]"\n---\n# Kettle\n\nFor [[Oolong]], [[Oolong#Making it|that]], [[Tea/Oolong]],\n'
        "![[oolong]], [a](Tea/Oolong.md), [b](./Tea/Oolong.md#x) and [c][ref].\n\n`[[Oolong]]` is code.\n\n"
        "[ref]: Tea/Oolong.md\n"
    ),
    "Things/Pot.md": "# Pot\n\nHolds [tea](../Tea/Oolong.md) and [[Tea/Oolong|it]].\n",
    "Other.md": "# Other\n\nNothing to do with it: [[Pot]].\n",
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    write_notes(tmp_path / "vault", NOTES)
    (tmp_path / "vault" / "Tea" / "img").mkdir()
    (tmp_path / "vault" / "Tea" / "img" / "leaf.png").write_bytes(b"png")
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n')
    assert run_kb("index", cwd=tmp_path).returncode == 0
    return tmp_path


def kb(*words: str, cwd: Path) -> Any:
    return run_kb(*words, cwd=cwd, XDG_STATE_HOME=str(cwd / "state"))


def text(base: Path, name: str) -> str:
    return (base / "vault" / name).read_text()


def test_every_link_keeps_its_meaning_and_its_form(base: Path) -> None:
    done = kb("mv", "Oolong", "Drinks/Blue tea", cwd=base)
    assert done.returncode == 0, done.stderr
    assert "by hand" not in done.stderr
    assert not (base / "vault" / "Tea" / "Oolong.md").exists()
    assert text(base, "Kettle.md") == (
        '---\nfor: "[[Blue tea]]"\n---\n# Kettle\n\nFor [[Blue tea]], [[Blue tea#Making it|that]], '
        "[[Drinks/Blue tea]],\n![[Blue tea]], [a](Drinks/Blue%20tea.md), [b](./Drinks/Blue%20tea.md#x) and [c][ref]."
        "\n\n`[[Oolong]]` is code.\n\n[ref]: Drinks/Blue%20tea.md\n"
    )
    assert text(base, "Things/Pot.md") == (
        "# Pot\n\nHolds [tea](../Drinks/Blue%20tea.md) and [[Drinks/Blue tea|it]].\n"
    )
    assert text(base, "Drinks/Blue tea.md") == (
        "# Oolong\n\nSee [[Kettle]], [pot](../Things/Pot.md) and ![leaf](../Tea/img/leaf.png).\n"
    )
    links = json.loads(kb("links", "Drinks/Blue tea.md", "--json", cwd=base).stdout)
    assert len(links["back"]) == 10  # the reference link follows its definition
    assert "matches the notes" in kb("index", "--verify", cwd=base).stdout

    assert "Undone: Tea/Oolong.md renamed" in kb("undo", cwd=base).stdout
    for name, before in NOTES.items():
        assert text(base, name) == before
    assert not (base / "vault" / "Drinks").exists()
    assert "matches the notes" in kb("index", "--verify", cwd=base).stdout


def test_a_name_that_stays_the_same_changes_only_paths(base: Path) -> None:
    assert kb("mv", "Oolong", "Drinks/", cwd=base).returncode == 0
    assert "For [[Oolong]], [[Oolong#Making it|that]], [[Drinks/Oolong]]" in text(base, "Kettle.md")
    assert "[a](Drinks/Oolong.md)" in text(base, "Kettle.md")


def test_a_dry_run_changes_nothing(base: Path) -> None:
    done = kb("mv", "Oolong", "Drinks/Blue tea", "--dry-run", cwd=base)
    assert "+Holds [tea](../Drinks/Blue%20tea.md)" in done.stdout
    for name, before in NOTES.items():
        assert text(base, name) == before


def test_a_link_to_another_note_of_the_new_name_keeps_its_meaning(base: Path) -> None:
    # [[Pot]] would mean the note that moves to the top.
    assert kb("mv", "Oolong", "Pot", cwd=base).returncode == 0
    assert text(base, "Other.md") == "# Other\n\nNothing to do with it: [[Things/Pot]].\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Oolong", "Kettle"), "Kettle.md already exists"),
        (("Oolong", "../out"), "cannot be a note's name"),
        (("Nothing", "New"), "No note named 'Nothing'"),
        (("Oolong", "Tea/Oolong"), "already exists"),
        (("Oolong", "C# notes"), "special meaning"),
    ],
)
def test_refusals(base: Path, words: tuple[str, str], said: str) -> None:
    done = kb("mv", *words, cwd=base)
    assert done.returncode != 0
    assert said in done.stderr
    assert text(base, "Tea/Oolong.md") == NOTES["Tea/Oolong.md"]


def test_undo_leaves_no_folder_and_an_index_in_step(base: Path) -> None:
    assert kb("mv", "Oolong", "Drinks/Blue tea", cwd=base).returncode == 0
    assert kb("undo", cwd=base).returncode == 0
    assert not (base / "vault" / "Drinks").exists()
    assert text(base, "Kettle.md") == NOTES["Kettle.md"]
    found = kb("links", "Oolong", "--json", cwd=base)
    assert json.loads(found.stdout)["path"] == "Tea/Oolong.md"
    assert kb("links", "Blue tea", cwd=base).returncode == 2
    assert kb("index", "--verify", cwd=base).returncode == 0
