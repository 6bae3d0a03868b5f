"""No write leaves its folder, whatever links stand in it: every name below it is tried as a link to elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.errors import KbError, NoteExists, NoteUnwritable
from kb.files.beneath import beneath, write_beneath
from kb.files.small import Unfit
from kb.machine_log import MachineLog
from kb.notes.create import create_note
from kb.notes.edit import Edit, replace_file
from kb.notes.edit_journal import EditJournal
from kb.notes.note import Span
from kb.notes.vault import Vault
from tests.support import NOTES, run_kb, write_notes


def picture(folder: Path) -> dict[str, bytes | str]:
    """All that is below `folder`."""
    return {
        os.fspath(path.relative_to(folder)): os.fspath(path.readlink())
        if path.is_symlink()
        else (path.read_bytes() if path.is_file() else "folder")
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "Tea.md").write_text("not yours\n")
    (folder / "laptop.jsonl").write_text("not yours\n")
    return folder


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    write_notes(tmp_path / "vault", {"Tea.md": "old text\n", "Sub/Coffee.md": "old text\n"})
    return Vault(tmp_path / "vault")


def journal(vault: Vault) -> EditJournal:
    return EditJournal(vault, vault.root.parent / "state")


def creating(vault: Vault) -> None:
    create_note(vault.root, "linked/New", "text")


def creating_deeper(vault: Vault) -> None:
    create_note(vault.root, "linked/deeper/New", "text")


def creating_over(vault: Vault) -> None:
    create_note(vault.root, "linked/Tea", "text")


def moving_in(vault: Vault) -> None:
    with journal(vault).step("a move") as step:
        step.move("Tea.md", "linked/Other.md")


def moving_deeper(vault: Vault) -> None:
    with journal(vault).step("a move") as step:
        step.move("Tea.md", "linked/deeper/Other.md")


def logging(vault: Vault) -> None:
    MachineLog(vault.root, "linked", lambda: "laptop").add({"a": 1})


def logging_deeper(vault: Vault) -> None:
    MachineLog(vault.root, "linked/reviews", lambda: "laptop").add({"a": 1})


WRITES: list[Callable[[Vault], None]] = [
    creating,
    creating_deeper,
    creating_over,
    moving_in,
    moving_deeper,
    logging,
    logging_deeper,
]


@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_written_through_a_linked_folder(
    write: Callable[[Vault], None], vault: Vault, outside: Path
) -> None:
    (vault.root / "linked").symlink_to(outside)
    before, inside = picture(outside), picture(vault.root)
    with pytest.raises((KbError, Unfit), match="linked is a symbolic link"):
        write(vault)
    assert picture(outside) == before
    assert picture(vault.root) == inside


def test_a_note_in_a_folder_that_became_a_link_is_not_changed(vault: Vault, outside: Path) -> None:
    raw = vault.read("Sub/Coffee.md")
    (outside / "Coffee.md").write_text("old text\n")
    (vault.root / "Sub").rename(vault.root / "Gone")
    (vault.root / "Sub").symlink_to(outside)
    with pytest.raises(KbError), journal(vault).step("an edit") as step:
        step.edit(raw, [Edit(Span(0, 3), "new")])
    with pytest.raises(NoteUnwritable, match="symbolic link"):
        replace_file(vault.root, Path("Sub/Coffee.md"), b"new", raw.fingerprint)
    assert (outside / "Coffee.md").read_text() == "old text\n"


def test_an_undo_writes_through_no_link(vault: Vault, outside: Path) -> None:
    with journal(vault).step("an edit") as step:
        step.edit(vault.read("Sub/Coffee.md"), [Edit(Span(0, 3), "new")])
        step.move("Sub/Coffee.md", "Other/Coffee.md")
    (vault.root / "Sub").rmdir()
    (vault.root / "Sub").symlink_to(outside)
    before = picture(outside)
    done = journal(vault).undo()
    assert done.restored == ()
    assert any("symbolic link" in sentence for sentence in done.left)
    assert picture(outside) == before


@pytest.mark.parametrize("name", ["Note.md", "Sub/Note.md"])
def test_a_name_that_is_a_dangling_link_is_taken(name: str, vault: Vault, outside: Path) -> None:
    (vault.root / name).symlink_to(outside / "made.md")
    with pytest.raises(NoteExists):
        create_note(vault.root, name, "text")
    with pytest.raises(NoteExists), journal(vault).step("a move") as step:
        step.move("Tea.md", name)
    assert not (outside / "made.md").exists()


def test_a_log_that_is_a_link_is_neither_read_nor_written(vault: Vault, outside: Path) -> None:
    (vault.root / ".kb" / "links").mkdir(parents=True)
    (vault.root / ".kb" / "links" / "laptop.jsonl").symlink_to(outside / "laptop.jsonl")
    log = MachineLog(vault.root, ".kb/links", lambda: "laptop")
    assert list(log.rows()) == []
    with pytest.raises(OSError, match=r"."):
        log.add({"a": 1})
    assert (outside / "laptop.jsonl").read_text() == "not yours\n"


def test_what_belongs_to_the_vault_is_private(vault: Vault) -> None:
    MachineLog(vault.root, ".kb/reviews", lambda: "laptop").add({"a": 1})
    modes = {
        name: (vault.root / name).stat().st_mode & 0o777
        for name in (".kb", ".kb/reviews", ".kb/reviews/laptop.jsonl")
    }
    assert modes == {".kb": 0o700, ".kb/reviews": 0o700, ".kb/reviews/laptop.jsonl": 0o600}


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "..", "", "/"])
def test_a_path_that_leads_out_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="is not inside"), beneath(tmp_path, path):
        pass


SWAPPER = """
import sys, time
from pathlib import Path
root, outside = map(Path, sys.argv[1:])
for _ in range(4000):
    (root / "sub").rename(root / "real")
    (root / "sub").symlink_to(outside)
    (root / "sub").unlink()
    (root / "real").rename(root / "sub")
"""


def test_a_folder_swapped_for_a_link_at_any_moment_lets_nothing_out(tmp_path: Path, outside: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    before = picture(outside)
    process = subprocess.Popen([sys.executable, "-c", SWAPPER, str(root), str(outside)])
    done = refused = 0
    while process.poll() is None:
        try:
            write_beneath(root, f"sub/{done % 7}", b"data")
            done += 1
        except OSError:
            refused += 1
    assert picture(outside) == before
    assert done > 10
    assert refused > 10


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.sampled_from(["sub", "linked", "..", ".", "file", "deep", "a b", "é"]), min_size=1, max_size=5
    ),
    data=st.binary(max_size=20),
)
def test_any_path_stays_below_its_folder(
    parts: list[str], data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = tmp_path_factory.mktemp("whole")
    root, outside = whole / "root", whole / "outside"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "file").touch()
    outside.mkdir()
    (root / "linked").symlink_to(outside)
    (root / "sub" / "linked").symlink_to(whole)
    try:
        with beneath(root, "/".join(parts), make=True) as entry, os.fdopen(entry.create(), "wb") as stream:
            stream.write(data)
    except OSError:
        pass
    assert list(outside.iterdir()) == []
    assert {path.name for path in whole.iterdir()} == {"root", "outside"}


@pytest.mark.slow
def test_kb_mv_and_new_notes_stay_in_the_vault(tmp_path: Path, outside: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    (tmp_path / "vault" / "linked").symlink_to(outside)
    (tmp_path / "vault" / ".kb").symlink_to(outside)
    before = picture(outside)
    assert run_kb("index", cwd=tmp_path).returncode == 0
    done = run_kb("mv", "Tokens", "linked/", cwd=tmp_path)
    assert done.returncode == 1
    assert "linked is a symbolic link" in done.stderr
    run_kb("link", "Tokens", "--never", "text", cwd=tmp_path)
    assert picture(outside) == before
