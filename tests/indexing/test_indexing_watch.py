"""The watcher follows the notes, whatever happens to them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.errors import IndexLocked
from kb.indexing.index import Index
from kb.indexing.sync import SyncOptions
from kb.indexing.watch import Watching
from kb.notes.vault import Vault
from tests.indexing.watching import Watched, differences, until, watched
from tests.support import HashingEmbedder, write_notes

pytestmark = pytest.mark.slow

EMBEDDER = HashingEmbedder()


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Watched]:
    write_notes(
        tmp_path / "vault", {f"Folder {n % 3}/Note {n}.md": f"# Note {n}\n\nText {n}.\n" for n in range(12)}
    )
    with watched(tmp_path / "vault", tmp_path / "index", EMBEDDER) as base:
        yield base


def test_notes_that_come_change_move_and_go_are_followed(base: Watched) -> None:
    write_notes(base.vault, {"New.md": "# New\n"})
    until(lambda: "New.md" in base.paths())
    before = base.fingerprints()["New.md"]
    write_notes(base.vault, {"New.md": "# New, and changed\n"})
    until(lambda: base.fingerprints()["New.md"] != before)
    (base.vault / "Folder 1").rename(base.vault / "Moved")
    until(lambda: "Moved/Note 1.md" in base.paths() and "Folder 1/Note 1.md" not in base.paths())
    write_notes(base.vault, {"Moved/deep/er/In it.md": "# In it\n"})
    until(lambda: "Moved/deep/er/In it.md" in base.paths())
    (base.vault / "New.md").unlink()
    until(lambda: "New.md" not in base.paths())
    assert sum(event.report.embedded for event in base.synced()[1:]) == 3, "a move embeds nothing"


def test_an_atomic_save_is_one_change(base: Watched) -> None:
    count = len(base.synced())
    temporary = base.vault / ".Note 0.md.tmp-1"
    temporary.write_text("# Note 0\n\nAnother text.\n", encoding="utf-8")
    temporary.replace(base.vault / "Folder 0" / "Note 0.md")
    until(lambda: len(base.synced()) > count)
    report = base.synced()[count].report
    assert (report.changed, report.added, report.removed) == (1, 0, 0)
    assert report.notes == ("Folder 0/Note 0.md",)


def test_what_is_no_note_wakes_nobody(base: Watched) -> None:
    count = len(base.synced())
    for name in (
        ".obsidian/workspace.json",
        ".git/index",
        ".kb/reviews.jsonl",
        ".trash/Old.md",
        "#Note.md#",
        "Note.md~",
    ):
        write_notes(base.vault, {name: "x"})
    for note in base.vault.glob("Folder 0/*.md"):
        note.read_text(encoding="utf-8")
    time.sleep(1.0)
    assert len(base.synced()) == count


def test_the_rules_for_ignoring_notes_may_change(base: Watched) -> None:
    (base.vault / ".kbignore").write_text("Folder 2/\n", encoding="utf-8")
    until(lambda: not any(path.startswith("Folder 2/") for path in base.paths()))
    (base.vault / ".kbignore").unlink()
    until(lambda: "Folder 2/Note 2.md" in base.paths())


def test_most_notes_vanishing_pauses_and_wipes_nothing(base: Watched, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    for folder in ("Folder 0", "Folder 1"):
        (base.vault / folder).rename(aside / folder)
    until(lambda: bool(base.paused()))
    assert "gone" in base.paused()[0]
    assert len(base.paths()) == 12
    other = Index(base.folder, EMBEDDER)
    until(lambda: not other.writer())
    other.sync(Vault(base.vault), lambda _: None, SyncOptions(accept_removals=True))
    other.close()
    assert len(base.paths()) == 4, "another process may say that they were removed on purpose"
    for folder in ("Folder 0", "Folder 1"):
        (aside / folder).rename(base.vault / folder)
    until(lambda: len(base.paths()) == 12)


def test_a_vault_removed_and_made_again_is_followed(base: Watched, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(base.vault, copy)
    shutil.rmtree(base.vault)
    until(lambda: bool(base.paused()))
    assert len(base.paths()) == 12
    copy.rename(base.vault)
    count = len(base.synced())
    until(lambda: len(base.synced()) > count)
    write_notes(base.vault, {"After.md": "# After\n"})
    until(lambda: "After.md" in base.paths(), seconds=15)


def test_another_folder_in_the_vaults_place_is_noticed(base: Watched, tmp_path: Path) -> None:
    shutil.copytree(base.vault, tmp_path / "copy")
    base.vault.rename(tmp_path / "old")
    (tmp_path / "copy").rename(base.vault)
    time.sleep(2.5)
    write_notes(base.vault, {"After.md": "# After\n"})
    until(lambda: "After.md" in base.paths(), seconds=15)


def test_a_second_watcher_is_told_of_the_first(base: Watched) -> None:
    with pytest.raises(IndexLocked, match="watching since"), watched(base.vault, base.folder, EMBEDDER):
        pass
    other = Index(base.folder, EMBEDDER)
    assert "watching" in other.writer()
    other.close()


def test_what_the_watcher_leaves_is_what_a_new_index_would_be(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", {f"Note {n}.md": f"See [[Note {n + 1}]]. #tag{n}\n" for n in range(20)})
    with watched(tmp_path / "vault", tmp_path / "index", EMBEDDER) as base:
        (base.vault / "Note 7.md").rename(base.vault / "Seven.md")
        write_notes(base.vault, {"Note 3.md": "Nothing links from here: zanzibarquux.\n"})
        until(base.is_in_step)
        (base.vault / "Note 3.md").unlink()
        until(base.is_in_step)
    assert differences(tmp_path / "vault", tmp_path / "index", EMBEDDER) == []
    for file in (tmp_path / "index").rglob("*"):
        assert not file.is_file() or b"zanzibarquux" not in file.read_bytes(), file


_AT_THE_LIMIT = """
import sys
from pathlib import Path
from tests.indexing.watching import until, watched
from tests.support import HashingEmbedder, write_notes

Path("/proc/sys/user/max_inotify_watches").write_text("8")
vault = Path(sys.argv[1])
write_notes(vault, {f"Folder {n}/Note.md": f"Text {n}" for n in range(30)})
with watched(vault, vault.parent / "index", HashingEmbedder()) as base:
    print(base.events[0].polling)
    write_notes(vault, {f"Folder {n}/Another.md": f"More {n}" for n in range(30)})
    until(lambda: len(base.paths()) == 60, seconds=30)
"""


def test_at_the_limit_of_watches_it_polls_and_says_so(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-Ur", "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("no user namespaces here")
    done = subprocess.run(
        [unshare, "-Ur", sys.executable, "-c", _AT_THE_LIMIT, str(tmp_path / "vault")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    assert "fs.inotify.max_user_watches" in done.stdout
    assert "sudo sysctl" in done.stdout


def test_a_burst_settles_into_few_syncs(base: Watched) -> None:
    count = len(base.synced())
    write_notes(base.vault, {f"Burst {n % 50}/Note {n}.md": f"# Burst {n}\n\nText.\n" for n in range(2000)})
    until(lambda: len(base.paths()) == 2012, seconds=180)
    for n in range(2000):
        (base.vault / f"Burst {n % 50}" / f"Note {n}.md").write_text(
            f"# Burst {n}\n\nOther.\n", encoding="utf-8"
        )
    until(base.is_in_step, seconds=180)
    assert len(base.synced()) - count <= 20


def test_an_overflow_of_events_loses_nothing(base: Watched) -> None:
    files = {f"Flood {n % 200}/{n}.{'md' if n % 20 == 0 else 'png'}": f"{n}" for n in range(40_000)}
    write_notes(base.vault, files)
    until(lambda: len(base.paths()) == 2012, seconds=180)
    write_notes(base.vault, {f"Flood {n}/After.md": "After the flood." for n in range(200)})
    until(lambda: len(base.paths()) == 2212, seconds=180)
    assert not any(isinstance(event, Watching) and event.polling for event in base.events)
