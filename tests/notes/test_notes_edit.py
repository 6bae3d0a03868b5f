"""Notes are changed wholly or not at all, never over somebody else's save, and the change can be undone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path, PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import KbError, NoteChanged, NoteExists, NoteUnreadable, NoteUnwritable, NothingToUndo
from kb.notes import edit as editing
from kb.notes.edit import Edit, apply_edits, new_bytes, replace_file
from kb.notes.edit_journal import EditJournal
from kb.notes.note import Span
from kb.notes.vault import Vault

ROOT = Path(__file__).parents[2]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    (tmp_path / "vault").mkdir()
    return Vault(tmp_path / "vault")


@pytest.fixture
def journal(vault: Vault, tmp_path: Path) -> EditJournal:
    return EditJournal(vault, tmp_path / "state")


def put(vault: Vault, name: str, data: bytes) -> Path:
    file = vault.root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def save(file: Path, data: bytes) -> None:
    """As editors do: a new file takes the note's place."""
    beside = file.with_suffix(".md~")
    beside.write_bytes(data)
    beside.replace(file)


def change(vault: Vault, journal: EditJournal, path: str, word: str, to: str) -> None:
    raw = vault.read(path)
    start = raw.text.index(word)
    with journal.step("a test") as step:
        step.edit(raw, [Edit(Span(start, start + len(word)), to)])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"# A\r\n\r\nold\r\nx", b"# A\r\n\r\nnew\r\nx"),
        (b"\xef\xbb\xbfold\n", b"\xef\xbb\xbfnew\n"),
        ("\ufeffold äß\n".encode("utf-16-le"), "\ufeffnew äß\n".encode("utf-16-le")),
        ("Früh old, größer, schön\n".encode("cp1252"), "Früh new, größer, schön\n".encode("cp1252")),
        (b"mixed\r\nends\rold\n", b"mixed\r\nends\rnew\n"),
    ],
    ids=["crlf", "utf-8 with mark", "utf-16", "cp1252", "mixed line ends"],
)
def test_what_is_not_edited_stays_byte_for_byte(
    vault: Vault, journal: EditJournal, before: bytes, after: bytes
) -> None:
    file = put(vault, "A.md", before)
    file.chmod(0o640)
    change(vault, journal, "A.md", "old", "new")
    assert file.read_bytes() == after
    assert file.stat().st_mode & 0o777 == 0o640
    assert journal.undo().restored == ("A.md",)
    assert file.read_bytes() == before
    assert [entry.name for entry in vault.root.iterdir()] == ["A.md"]


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=80),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80), st.text("ab[]|é", max_size=4)), max_size=4),
)
def test_edits_touch_their_spans_alone(text: str, wishes: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    end = 0
    for start, stop, new in sorted(wishes):
        if end <= start <= stop <= len(text):
            edits.append(Edit(Span(start, stop), new))
            end = stop + 1
    expected = text
    for one in reversed(edits):
        expected = expected[: one.span.start] + one.text + expected[one.span.end :]
    assert apply_edits(text, edits) == expected


def test_edits_that_touch_each_other_are_an_error() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply_edits("abcdef", [Edit(Span(0, 3), "x"), Edit(Span(2, 4), "y")])


def test_a_note_that_changed_since_it_was_read_is_left_alone(vault: Vault, journal: EditJournal) -> None:
    file = put(vault, "A.md", b"old\n")
    raw = vault.read("A.md")
    file.write_bytes(b"old, and more\n")
    with pytest.raises(NoteChanged, match="changed in the meantime"), journal.step("a test") as step:
        step.edit(raw, [Edit(Span(0, 3), "new")])
    assert file.read_bytes() == b"old, and more\n"
    with pytest.raises(NothingToUndo):
        journal.undo()


def test_a_save_in_the_last_moment_is_put_back(vault: Vault) -> None:
    file = put(vault, "A.md", b"old\n")

    with pytest.raises(NoteChanged):
        replace_file(
            vault.root,
            PurePath("A.md"),
            b"new\n",
            vault.read("A.md").fingerprint,
            before=lambda _: save(file, b"saved by an editor\n"),
        )
    assert file.read_bytes() == b"saved by an editor\n"
    assert [entry.name for entry in vault.root.iterdir()] == ["A.md"]


def test_where_files_cannot_change_places_the_last_look_decides(
    vault: Vault, journal: EditJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing.Entry, "exchange", lambda one, other: False)
    file = put(vault, "A.md", b"old\n")
    with pytest.raises(NoteChanged):
        replace_file(
            vault.root,
            PurePath("A.md"),
            b"new\n",
            vault.read("A.md").fingerprint,
            before=lambda _: save(file, b"saved\n"),
        )
    assert file.read_bytes() == b"saved\n"
    change(vault, journal, "A.md", "saved", "new")
    assert file.read_bytes() == b"new\n"


@pytest.mark.skipif(sys.platform != "linux", reason="there are no leases on files")
def test_a_note_that_another_program_is_writing_is_left_alone(vault: Vault, journal: EditJournal) -> None:
    file = put(vault, "A.md", b"old\n")
    with file.open("a"), pytest.raises(NoteChanged, match="being written by another program"):
        change(vault, journal, "A.md", "old", "new")
    assert file.read_bytes() == b"old\n"
    change(vault, journal, "A.md", "old", "new")


def test_refusals_name_the_reason(vault: Vault, journal: EditJournal, tmp_path: Path) -> None:
    file = put(vault, "A.md", b"old\n")
    (vault.root / "Link.md").symlink_to(file)
    with pytest.raises(NoteUnwritable, match="is a link to another file"):
        change(vault, journal, "Link.md", "old", "new")
    (vault.root / "Link.md").unlink()
    os.link(file, tmp_path / "elsewhere.md")
    with pytest.raises(NoteUnwritable, match="hard-linked"):
        change(vault, journal, "A.md", "old", "new")
    (tmp_path / "elsewhere.md").unlink()
    file.chmod(0o444)
    with pytest.raises(NoteUnwritable, match="read-only"):
        change(vault, journal, "A.md", "old", "new")
    put(vault, "B.md", b"Gr\xc3\xbc\xc3\x9fe old \xff broken \xc3\xa4 \xc3\xb6 \xc3\xbc \xc3\xa4\n")
    with pytest.raises(NoteUnwritable, match="invalid characters"):
        change(vault, journal, "B.md", "old", "new")
    put(vault, "C.md", "Früh old, größer, schön\n".encode("cp1252"))
    with pytest.raises(NoteUnwritable, match="cp1252"):
        change(vault, journal, "C.md", "old", "→ Japan 日本")
    with pytest.raises(NoteUnreadable, match="outside the vault"):
        vault.locate("../A.md")
    raw = vault.read("A.md")
    file.chmod(0o644)
    with pytest.raises(NoteChanged, match="a moment ago"), journal.step("a test") as step:
        step.edit(raw, [Edit(Span(0, 3), "new")], settled_for=30)


def test_a_full_disk_leaves_the_note(
    vault: Vault, journal: EditJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(vault, "A.md", b"old\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(editing.os, "fsync", full)
    with pytest.raises(KbError):
        change(vault, journal, "A.md", "old", "new")
    assert file.read_bytes() == b"old\n"
    assert [entry.name for entry in vault.root.iterdir()] == ["A.md"]


def test_undo_leaves_what_was_changed_since(vault: Vault, journal: EditJournal) -> None:
    for name in ("A.md", "B.md"):
        put(vault, name, b"old\n")
    with journal.step("two notes") as step:
        for name in ("A.md", "B.md"):
            step.edit(vault.read(name), [Edit(Span(0, 3), "new")])
    put(vault, "A.md", b"new, and then mine\n")
    done = journal.undo()
    assert (done.what, done.restored) == ("two notes", ("B.md",))
    assert "A.md has changed since" in done.left[0]
    assert (vault.root / "A.md").read_bytes() == b"new, and then mine\n"
    assert (vault.root / "B.md").read_bytes() == b"old\n"


def test_steps_are_undone_one_after_another(vault: Vault, journal: EditJournal) -> None:
    file = put(vault, "A.md", b"one\n")
    change(vault, journal, "A.md", "one", "two")
    change(vault, journal, "A.md", "two", "three")
    with journal.step("a move") as step:
        step.move("A.md", "Folder/B.md")
    assert journal.undo().restored == ("A.md",)
    journal.undo()
    assert file.read_bytes() == b"two\n"
    journal.undo()
    assert file.read_bytes() == b"one\n"
    put(vault, "B.md", b"there\n")
    with pytest.raises(NoteExists, match="already exists"), journal.step("a move") as step:
        step.move("A.md", "B.md")


WRITER = """
import sys
from pathlib import Path, PurePath
from kb.notes.edit import Edit
from kb.notes.edit_journal import EditJournal
from kb.notes.note import Span
from kb.notes.vault import Vault
vault = Vault(Path(sys.argv[1]))
journal = EditJournal(vault, Path(sys.argv[2]))
print("ready", flush=True)
while True:
    raw = vault.read("A.md")
    new = "b" if raw.text[0] == "a" else "a"
    with journal.step("swap") as step:
        step.edit(raw, [Edit(Span(0, len(raw.text)), new * 200_000)])
"""


@pytest.mark.slow
def test_a_kill_leaves_the_old_note_or_the_new_one(
    vault: Vault, journal: EditJournal, tmp_path: Path
) -> None:
    whole = {b"a" * 200_000, b"b" * 200_000}
    file = put(vault, "A.md", b"a" * 200_000)
    for number in range(40):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(vault.root), str(tmp_path / "state")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        with process:
            process.stdout.readline()
            time.sleep(0.003 * (number % 11))
            process.send_signal(signal.SIGKILL)
        assert file.read_bytes() in whole
    before = file.read_bytes()
    assert journal.undo().restored in ((), ("A.md",))
    assert file.read_bytes() in whole
    assert before in whole


SAVER = """
import os, sys, time
from pathlib import Path
file = sys.argv[1]
folder = Path(file).parent
for number in range(600):
    if number % 2:
        with open(file + ".tmp~", "w") as stream:
            stream.write(f"save {number}\\n")
        os.replace(file + ".tmp~", file)
    else:
        time.sleep(0.0005)
        with open(file, "a") as stream:
            stream.write(f"save {number}\\n")
    # A pause now and then lets an edit through on the slowest machine, too.
    time.sleep(0.0003 if number % 10 else 0.05)
    # What was saved may be away for the moment in which two files change places.
    # Of two saves at that moment, one may end in a file beside the note.
    for _ in range(40):
        if any(f"save {number}" in text.read_text() for text in folder.glob("A*.md")):
            break
        time.sleep(0.005)
    else:
        print(number)
"""


@pytest.mark.slow
def test_a_racing_writer_never_loses_a_save(vault: Vault, journal: EditJournal) -> None:
    file = put(vault, "A.md", b"begin\n")
    process = subprocess.Popen([sys.executable, "-c", SAVER, str(file)], stdout=subprocess.PIPE, text=True)
    done = 0
    while process.poll() is None:
        try:
            raw = vault.read("A.md")
            with journal.step("race") as step:
                step.edit(raw, [Edit(Span(0, 0), "x")])
            done += 1
        except KbError:
            continue  # it was saved at that moment
    lost = process.communicate()[0].split()
    assert done
    assert lost == []


def test_the_new_bytes_are_known_before_anything_is_written(vault: Vault) -> None:
    put(vault, "A.md", b"\xef\xbb\xbfold\r\n")
    assert new_bytes(vault.read("A.md"), [Edit(Span(0, 3), "new")]) == b"\xef\xbb\xbfnew\r\n"
