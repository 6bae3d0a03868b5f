"""Which files of a folder are notes."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from kb.errors import VaultMissing
from kb.notes.vault import Vault


def listed(root: Path) -> list[str]:
    return [file.path for file in Vault(root).scan()]


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("text")


def test_markdown_files_are_notes_and_nothing_else(tmp_path: Path) -> None:
    touch(tmp_path, "a.md", "B.MD", "deep/er/c.markdown", "d.txt", "e.png", "f.canvas", "no-suffix")
    assert listed(tmp_path) == ["B.MD", "a.md", "deep/er/c.markdown"]


@pytest.mark.parametrize(
    "name",
    [
        ".obsidian/workspace.md", ".git/notes.md", ".trash/old.md", ".kb/log.md", "node_modules/x/readme.md", ".hidden.md",
        "note.md~", "~$note.md", ".note.md.swp", "note.tmp.md", "#note.md#", ".#note.md", "note.md.part",
    ],
)  # fmt: skip
def test_what_tools_leave_behind_is_no_note(tmp_path: Path, name: str) -> None:
    touch(tmp_path, "note.md", name)
    assert listed(tmp_path) == ["note.md"]


def test_kbignore_speaks_gitignore(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "keep.md",
        "drafts/a.md",
        "drafts/keep.md",
        "x.private.md",
        "deep/drafts/b.md",
        "deep/own/c.md",
    )
    (tmp_path / ".kbignore").write_text("# comment\ndrafts/*\n!drafts/keep.md\n*.private.md\n")
    (tmp_path / "deep" / ".kbignore").write_text("/own/\n")
    assert listed(tmp_path) == ["deep/drafts/b.md", "drafts/keep.md", "keep.md"]


def test_names_are_compared_in_one_normal_form(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Übung.md")
    touch(tmp_path, decomposed)
    assert listed(tmp_path) == [unicodedata.normalize("NFC", decomposed)]
    assert Vault(tmp_path).read("Übung.md").text == "text"


def test_links_out_of_the_vault_and_circles_are_not_followed(tmp_path: Path) -> None:
    touch(tmp_path, "outside/secret.md", "vault/a.md", "vault/deep/b.md")
    (tmp_path / "vault" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "vault" / "circle").symlink_to(tmp_path / "vault")
    assert listed(tmp_path / "vault") == ["a.md", "deep/b.md"]


def test_a_vault_that_is_not_there(tmp_path: Path) -> None:
    touch(tmp_path, "file.md")
    for wrong in ("nowhere", "file.md"):
        with pytest.raises(VaultMissing):
            Vault(tmp_path / wrong)
