"""New notes, daily notes and captured thoughts."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from kb.capture import Capture
from kb.errors import IgnoreFileUnreadable, NoteExists, NoteUnwritable, NothingToUndo, UsageError
from kb.linking.renaming.note import rename
from kb.notes.edit_journal import EditJournal
from kb.notes.template import filled, with_literals, written
from kb.notes.vault import Vault
from kb.settings import NoteSettings
from tests.linking.renaming import context_of
from tests.support import run_kb, write_notes

NOW = datetime(2026, 3, 1, 9, 5, 7)


@pytest.mark.parametrize(
    ("pattern", "day"),
    [
        ("YYYY-MM-DD", "2026-03-01"),
        ("YYYY/MM/YYYY_MM_DD", "2026/03/2026_03_01"),
        ("[Journal/]YYYY", "Journal/2026"),
        ("dddd, D MMMM YYYY", "Sunday, 1 March 2026"),
        ("MMM Do, YY", "Mar 1st, 26"),
        ("GGGG-[W]ww", "2026-W09"),
        ("HH:mm h:mm A", "09:05 9:05 AM"),
    ],
)
def test_days_are_written_as_obsidian_writes_them(pattern: str, day: str) -> None:
    assert written(NOW, pattern) == day


def test_words_in_a_pattern_need_no_brackets() -> None:
    assert written(NOW, with_literals("My Journal/YYYY/YYYY-MM-DD")) == "My Journal/2026/2026-03-01"


def test_templates_are_filled() -> None:
    template = "# {{title}}\n{{date}} {{time}} {{date:dddd}} {{ Title }} {{other}} {{date:}}\n"
    assert filled(template, "Tea", NOW) == "# Tea\n2026-03-01 09:05 Sunday Tea {{other}} 2026-03-01\n"


def capture(
    folder: Path, notes: dict[str, str] | None = None, **settings: str
) -> tuple[Capture, EditJournal]:
    (folder / "vault").mkdir(exist_ok=True)
    write_notes(folder / "vault", notes or {})
    vault = Vault(folder / "vault")
    journal = EditJournal(vault, folder / "state")
    return Capture(vault, journal, NoteSettings(**settings), lambda: NOW), journal


def text(folder: Path, name: str) -> str:
    return (folder / "vault" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("notes", "settings", "path"),
    [
        ({}, {}, "Daily/2026-03-01.md"),
        ({"2026-02-01.md": "", "2026-02-02.md": "", "Log/2026-02-03.md": ""}, {}, "2026-03-01.md"),
        ({"journals/2026_02_01.md": ""}, {}, "journals/2026_03_01.md"),
        ({"journals/2026_02_01.md": ""}, {"daily": "Diary/YYYY/MM-DD"}, "Diary/2026/03-01.md"),
    ],
)
def test_the_note_of_the_day_lies_where_others_do(
    tmp_path: Path, notes: dict[str, str], settings: dict[str, str], path: str
) -> None:
    into, _ = capture(tmp_path, notes, **settings)
    assert (into.daily().path, into.daily().made) == (path, False)  # made by the first call
    assert text(tmp_path, path).startswith("# ")


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ('{"folder": "Days", "format": "YYYY.MM.DD"}', "Days/2026.03.01.md"),
        ('{"folder": "../out"}', None),
        ('{"folder": 7}', "2026-03-01.md"),
        ("[" * 100_000, "Daily/2026-03-01.md"),
    ],
)
def test_what_obsidian_is_set_to_counts_and_never_leads_out(
    tmp_path: Path, options: str, path: str | None
) -> None:
    into, _ = capture(tmp_path, {".obsidian/daily-notes.json": options})
    if path is None:
        with pytest.raises(NoteUnwritable):
            into.daily()
        assert not (tmp_path / "out").exists()
    else:
        assert into.daily().path == path


def test_new_notes_begin_as_their_template_and_go_where_it_says(tmp_path: Path) -> None:
    template = "---\ntags: [project]\nfolder: Projects\n---\n# {{title}}\n\nBegun {{date}}.\n"
    into, journal = capture(tmp_path, {"Templates/Project.md": template}, templates="Templates")
    done = into.new("Garden shed", "Project", "With a window.")
    assert done.path == "Projects/Garden shed.md"
    assert text(tmp_path, done.path) == (
        "---\ntags: [project]\n---\n# Garden shed\n\nBegun 2026-03-01.\n\nWith a window.\n"
    )
    assert into.new("Other/Garden shed", "Project").path == "Other/Garden shed.md"
    assert into.new("Plain").path == "Plain.md"
    with pytest.raises(NoteExists):
        into.new("Plain")
    with pytest.raises(UsageError, match="no template"):
        into.new("Else", "Nosuch")
    for expected in ("Plain.md", "Other/Garden shed.md"):
        assert journal.undo().restored == (expected,)
    assert not (tmp_path / "vault" / "Other").exists()
    (tmp_path / "vault" / "Projects" / "Garden shed.md").write_text("mine now\n")
    assert "has changed since" in journal.undo().left[0]
    assert text(tmp_path, "Projects/Garden shed.md") == "mine now\n"


def test_thoughts_are_put_at_the_end_and_taken_back(tmp_path: Path) -> None:
    into, journal = capture(tmp_path, {"Inbox.md": "# Inbox\n\nOld.", "Win.md": "# Win\r\n\r\n- a\r\n"})
    first = into.add("Ask Ada\nabout the lease\n")
    assert (first.path, first.made) == ("Daily/2026-03-01.md", True)
    second = into.add("And Ben")
    day = text(tmp_path, first.path)
    assert day == "# 2026-03-01\n\n- 09:05 Ask Ada\n  about the lease\n- 09:05 And Ben\n"
    assert [day.splitlines()[done.line - 1] for done in (first, second)] == [
        "- 09:05 Ask Ada",
        "- 09:05 And Ben",
    ]
    third = into.add("Later", "inbox")
    assert text(tmp_path, "Inbox.md") == "# Inbox\n\nOld.\n\n- 2026-03-01 09:05 Later\n"
    assert third.line == 5
    into.add("here", "Win.md")
    assert (tmp_path / "vault" / "Win.md").read_bytes() == b"# Win\r\n\r\n- a\r\n- 2026-03-01 09:05 here\r\n"
    for _ in range(4):
        journal.undo()
    assert not (tmp_path / "vault" / "Daily").exists()
    assert text(tmp_path, "Inbox.md") == "# Inbox\n\nOld."
    with pytest.raises(NothingToUndo):
        journal.undo()
    with pytest.raises(UsageError, match="Nothing to write down"):
        into.add(" \n")


@pytest.mark.slow
def test_from_the_command_line(small_base: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(small_base, tmp_path, dirs_exist_ok=True)

    def kb(*words: str, input: str | None = None) -> str:
        done = run_kb(
            *words, cwd=tmp_path, input=input, EDITOR="echo", VISUAL="", XDG_STATE_HOME=str(tmp_path / "s")
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    assert "Ideas/Bees.md:1" in kb("new", "Ideas/Bees", "--text", "Bees know nothing of Quantisation.")
    assert "Possible link: Quantisation" in kb(
        "new", "Wasps", "--text", "Wasps know nothing of Quantisation."
    )
    assert "Daily/" in kb("capture", "call the beekeeper")
    assert "Inbox.md" in kb("capture", "--inbox", input="one\ntwo\n")
    assert json.loads(kb("capture", "more", "--to", "Tokens", "--json")) == {
        "path": "Tokens.md",
        "line": 5,
        "made": False,
    }
    assert "Daily/" in kb("daily")
    assert "Daily/" in kb("search", "beekeeper")
    kb("undo")
    assert "more" not in text(tmp_path, "Tokens.md")


@pytest.mark.parametrize(
    "name", ["x" * 300, "茶" * 90, "a/" + "x" * 300, "a/" * 2000 + "b", "\udcff", "a\ud800/b"]
)
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    into, _ = capture(tmp_path, {"Tea.md": ""})
    with pytest.raises(NoteUnwritable, match="cannot be a note's name"):
        into.new(name)
    with pytest.raises(NoteUnwritable, match="cannot be a note's name"):
        rename(context_of(tmp_path / "vault", tmp_path / "state"), "Tea.md", name)


def test_a_template_that_names_several_folders_means_the_first(tmp_path: Path) -> None:
    into, _ = capture(tmp_path, {"T.md": "---\nfolder: [Days, Weeks]\n---\nx\n"})
    assert into.new("N", "T").path == "Days/N.md"


def test_an_ignore_file_that_cannot_be_read_is_told_before_anything_is_written(tmp_path: Path) -> None:
    into, _ = capture(tmp_path, {"Log.md": "x\n"})
    (tmp_path / "vault" / ".kbignore").mkdir()
    for write in (lambda: into.new("Tea"), lambda: into.add("a thought", "Log.md"), lambda: into.daily(NOW)):
        with pytest.raises(IgnoreFileUnreadable, match="it is a folder"):
            write()  # type: ignore[no-untyped-call]
    assert sorted(one.name for one in (tmp_path / "vault").rglob("*.md")) == ["Log.md"]
    assert text(tmp_path, "Log.md") == "x\n"


def test_a_new_note_that_a_rule_leaves_out_is_told(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", {"A.md": "a\n"})
    (tmp_path / "vault" / ".kbignore").write_text("drafts/\n")
    words = ("new", "--vault", str(tmp_path / "vault"), "--index", str(tmp_path / "index"))
    done = run_kb(*words, "drafts/Tea", cwd=tmp_path, XDG_STATE_HOME=str(tmp_path / "state"))
    assert (done.returncode, done.stdout.count("drafts/Tea.md")) == (0, 1)
    assert "left out by .kbignore" in done.stderr
    done = run_kb(*words, "Tea", cwd=tmp_path, XDG_STATE_HOME=str(tmp_path / "state"))
    assert (done.returncode, done.stderr) == (0, "")
