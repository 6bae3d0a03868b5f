"""A kb.toml may put the index anywhere in its folder: nothing that lies there already is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.errors import IndexingError
from kb.indexing.index import Index
from kb.notes.vault import Vault
from tests.support import NOTES, HashingEmbedder, run_kb, write_notes

# Files of a person, under the names of an index.
PLACES = [
    "chroma/Hue.md", "chroma/gen-1/Old.md", "chroma/gen-notes/a.txt", "chroma/current/b.md", "seal/Grey seal.md", "lock/Canal.jpg",
    "catalog.sqlite/c.md", "next/Plans.md", "verifying/d.pdf", "next/chroma/e.md", "chroma/gen-1/images/f.png",
]  # fmt: skip


def base_over(folder: Path, files: dict[str, str]) -> Path:
    write_notes(folder / "vault", NOTES)
    write_notes(folder / "vault" / "Work", files)
    (folder / "kb.toml").write_text('vault = "vault"\nindex = "vault/Work"\n', encoding="utf-8")
    return folder


@pytest.mark.slow
def test_what_lies_where_an_index_is_wanted_stays(tmp_path: Path) -> None:
    base = base_over(tmp_path, dict.fromkeys(PLACES, "mine"))
    for words in (
        ["index"],
        ["index", "--rebuild"],
        ["index", "--purge"],
        ["index", "--verify"],
        ["search", "x"],
    ):
        done = run_kb(*words, cwd=base)
        assert done.returncode == 1, done.stdout
        assert done.stderr.count("\n") == 1, done.stderr
    for place in PLACES:
        assert (base / "vault" / "Work" / place).read_text() == "mine"


@pytest.mark.parametrize("place", [*PLACES, "lock", "catalog.sqlite"])
def test_each_of_them_alone_is_named(place: str, tmp_path: Path) -> None:
    base = base_over(tmp_path, {place: "mine"})
    index = Index(base / "vault" / "Work", HashingEmbedder())
    with pytest.raises(IndexingError, match=f"{re.escape(place)}, which.*--index"):
        index.sync(Vault(base / "vault"), lambda _: None)
    index.close()
    assert (base / "vault" / "Work" / place).read_text() == "mine"


def test_what_kb_leaves_alone_may_lie_there(tmp_path: Path) -> None:
    base = base_over(tmp_path, {"README.md": "mine", "thesis/next/chapter.txt": "mine"})
    index = Index(base / "vault" / "Work", HashingEmbedder())
    index.sync(Vault(base / "vault"), lambda _: None)
    index.rebuild(Vault(base / "vault"), lambda _: None)
    index.close()
    assert (base / "vault" / "Work" / "README.md").read_text() == "mine"
    assert (base / "vault" / "Work" / "thesis" / "next" / "chapter.txt").read_text() == "mine"
