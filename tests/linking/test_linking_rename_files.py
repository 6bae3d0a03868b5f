"""Links to files that are no notes, and to folders: which one they mean, and that renames keep it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.linking.renaming.note import move, rename, rename_folder
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, names_of
from tests.linking.renaming import context_of
from tests.support import write_notes


@pytest.mark.parametrize(
    ("link", "files"),
    [
        ("![a](x.png)", ("b/x.png",)),
        ("![[x.png]]", ("b/x.png",)),
        ("![a](/a/x.png)", ("a/x.png",)),
        ("![a](../a/x.png)", ("a/x.png",)),
        ("![a](a/x.png)", ("a/x.png",)),
        ("![[a/x.png]]", ("a/x.png",)),
        ("![a](nowhere/x.png)", ()),
        ("![a](X%2EPNG)", ("b/x.png",)),
        ("[a](y.pdf#page=2)", ("a/deep/y.pdf",)),
        ("[a](../a/)", ("a/",)),
        ("[a](/a/deep)", ("a/deep/",)),
        ("[a](./)", ()),
    ],
)
def test_a_link_means_the_nearest_file_of_its_name_in_the_folder_it_says(
    link: str, files: tuple[str, ...]
) -> None:
    note = parse_note("b/S.md", link)
    resolver = LinkResolver([names_of(note)], ["a/x.png", "b/x.png", "a/deep/y.pdf"])
    assert resolver.resolve(note.links[0], note.path).candidates == files


def vault_with(folder: Path, notes: dict[str, str], files: tuple[str, ...]) -> Path:
    write_notes(folder / "vault", notes)
    for path in files:
        file = folder / "vault" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"a file")
    return folder / "vault"


def test_a_note_that_moves_keeps_its_own_picture(tmp_path: Path) -> None:
    vault = vault_with(tmp_path, {"b/S.md": "![[x.png]] ![p](x.png)\n"}, ("a/x.png", "b/x.png"))
    rename(context_of(vault, tmp_path / "state"), "b/S.md", "a/S.md")
    assert (vault / "a/S.md").read_text() == "![[b/x.png]] ![p](../b/x.png)\n"


def test_a_picture_that_moves_near_takes_no_link_of_another(tmp_path: Path) -> None:
    vault = vault_with(tmp_path, {"b/S.md": "![[x.png]]\n"}, ("a/x.png", "c/y.png"))
    move(context_of(vault, tmp_path / "state"), {"c/y.png": "b/x.png"})
    assert (vault / "b/S.md").read_text() == "![[a/x.png]]\n"


def test_links_to_a_folder_follow_it(tmp_path: Path) -> None:
    notes = {
        "S.md": "[all](docs/) [in](docs/deep) [n](docs/N.md)\n",
        "docs/deep/N.md": "[up](../) [r](/docs/)\n",
    }
    vault = vault_with(tmp_path, notes | {"docs/N.md": "n\n"}, ())
    context = context_of(vault, tmp_path / "state")
    done = rename_folder(context, "docs", "old docs")
    assert (vault / "S.md").read_text() == "[all](old%20docs/) [in](old%20docs/deep) [n](old%20docs/N.md)\n"
    assert (vault / "old docs/deep/N.md").read_text() == "[up](../) [r](/old%20docs/)\n"
    assert done.left == ()


def test_a_path_to_a_file_follows_it_although_its_name_would_find_it(tmp_path: Path) -> None:
    vault = vault_with(tmp_path, {"S.md": "![p](x.png) ![[x.png]]\n"}, ("x.png",))
    move(context_of(vault, tmp_path / "state"), {"x.png": "pictures/x.png"})
    assert (vault / "S.md").read_text() == "![p](pictures/x.png) ![[x.png]]\n"
