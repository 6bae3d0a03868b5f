"""The index is a cache: whatever became of its files, readers get what a fresh one would say, and a line that tells."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.errors import DiskFull, IndexDamaged, IndexingError
from kb.indexing.failures import translated
from kb.indexing.index import Index
from kb.indexing.lock import WriteLock
from kb.indexing.schema import open_for_reading
from kb.indexing.seal import Seal
from kb.notes.vault import Vault
from tests.hardening.damages import EMBEDDER, Damaged, damage_often
from tests.support import NOTES, run_kb, write_notes


@pytest.fixture
def damaged(tmp_path: Path) -> Damaged:
    return Damaged(tmp_path)


def synced(damaged: Damaged) -> tuple[int, str]:
    """How many passages the next sync embeds, and what it says of repairs."""
    index = Index(damaged.folder, EMBEDDER)
    try:
        done = index.sync(damaged.vault, lambda _: None)
        return done.embedded, done.repaired
    finally:
        index.close()


def change(damaged: Damaged, statement: str) -> None:
    connection = sqlite3.connect(damaged.folder / "catalog.sqlite")
    connection.executescript(statement)
    connection.close()


@pytest.mark.slow
def test_damages_of_every_kind_are_healed() -> None:
    assert damage_often(30, seed=3) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_two_hundred_damages_are_healed(seed: int) -> None:
    assert damage_often(200, seed) == []


def test_what_nobody_touched_is_believed_and_costs_nothing(damaged: Damaged) -> None:
    assert synced(damaged) == (0, "")
    assert Seal(damaged.folder).holds("catalog")
    assert Seal(damaged.folder).holds("chroma")


def test_a_reader_without_a_healer_is_told(damaged: Damaged) -> None:
    change(damaged, "UPDATE passages SET text = 'forged'")
    with pytest.raises(IndexDamaged, match=r"damaged, not closed properly, or made elsewhere.*kb index"):
        _ = Index(damaged.folder, EMBEDDER).catalog


def test_unharmed_vectors_survive_and_harmed_ones_do_not(damaged: Damaged) -> None:
    change(
        damaged,
        "UPDATE notes SET title = 'forged'; UPDATE vectors SET vector = zeroblob(768) WHERE key IN (SELECT min(key) FROM vectors)",
    )
    embedded, repaired = synced(damaged)
    assert embedded == 1
    assert "rebuilt from the notes" in repaired
    assert damaged.answers() == damaged.fresh


@pytest.mark.parametrize(
    "words", [b"DEFAULT", b"CREATE TABLE notes", b"NOT NULL", b"REFERENCES", b"WITHOUT ROWID"]
)
def test_a_schema_that_is_no_text_is_made_anew(damaged: Damaged, words: bytes) -> None:
    """SQLite quotes what it could not read, and Python cannot decode its message."""
    file = damaged.folder / "catalog.sqlite"
    data = file.read_bytes()
    assert words in data
    middle = words[: len(words) // 2] + b"\xc5" + words[len(words) // 2 + 1 :]
    file.write_bytes(data.replace(words, middle))
    assert damaged.answers() == damaged.fresh
    for suffix in ("-wal", "-shm"):  # and where nobody looks at the seal first
        (damaged.folder / f"catalog.sqlite{suffix}").unlink(missing_ok=True)
    file.write_bytes(file.read_bytes().replace(words, middle))
    with pytest.raises(IndexDamaged), translated(damaged.folder):
        open_for_reading(damaged.folder).execute("SELECT count(*) FROM notes")


def test_an_index_of_another_machine_is_not_believed(
    damaged: Damaged, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever ships an index with a seal of his own has another key."""
    change(damaged, "UPDATE passages SET text = 'forged'")
    Seal(damaged.folder, b"their key").write(thorough=True)
    embedded, repaired = synced(damaged)
    assert (embedded, bool(repaired)) == (0, True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    embedded, repaired = synced(damaged)
    assert embedded == 48, "vectors of another machine are not believed either"
    assert damaged.answers() == damaged.fresh


def test_a_copy_on_the_same_machine_is_believed(damaged: Damaged, tmp_path: Path) -> None:
    shutil.copytree(damaged.folder, tmp_path / "copy")
    damaged.folder = tmp_path / "copy"
    assert synced(damaged) == (0, "")


def test_verify_finds_vectors_that_are_no_numbers_and_changes_nothing(damaged: Damaged) -> None:
    blob = np.full(384, np.nan, dtype=np.float16).tobytes().hex()
    change(damaged, f"UPDATE vectors SET vector = x'{blob}'")
    for _ in range(2):
        index = Index(damaged.folder, EMBEDDER)
        found = {f"{one.where}: {one.what}" for one in index.verify(damaged.vault)}
        index.close()
        assert "index: its files are not as kb left them." in found
        assert "catalog: 48 vectors are damaged." in found
        assert any("recomputed vectors differ" in line for line in found)


def test_verify_does_not_take_a_vector_without_numbers_for_the_same() -> None:
    from kb.indexing.verification import _is_same

    one = np.ones(3, dtype=np.float32)
    assert _is_same(one, 2 * one)
    assert not _is_same(one, np.full(3, np.nan, dtype=np.float32))
    assert not _is_same(one, np.zeros(3, dtype=np.float32))


def test_a_lock_that_is_a_link_empties_nothing(damaged: Damaged) -> None:
    file = damaged.victim / "precious.md"
    (damaged.folder / "lock").unlink()
    (damaged.folder / "lock").symlink_to(file)
    lock = WriteLock(damaged.folder)
    lock.acquire("a test")
    lock.release()
    assert file.read_text() == "not to be touched\n"


def test_a_catalog_that_is_a_link_is_not_written(damaged: Damaged) -> None:
    elsewhere = damaged.victim / "catalog.sqlite"
    (damaged.folder / "catalog.sqlite").rename(elsewhere)
    (damaged.folder / "catalog.sqlite").symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    assert damaged.answers() == damaged.fresh
    assert elsewhere.read_bytes() == before


def test_a_folder_in_the_place_of_the_pointer_is_removed(damaged: Damaged) -> None:
    pointer = damaged.folder / "chroma" / "current"
    pointer.unlink()
    (pointer / "inside").mkdir(parents=True)
    assert synced(damaged)[0] == 0
    assert pointer.is_file()


def test_chroma_that_is_a_link_deletes_nothing(damaged: Damaged) -> None:
    elsewhere = damaged.victim / "chroma"
    (damaged.folder / "chroma").rename(elsewhere)
    (damaged.folder / "chroma").symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    synced(damaged)
    assert sorted(elsewhere.rglob("*")) == before


def test_all_that_is_indexed_is_private(damaged: Damaged) -> None:
    assert damaged.folder.stat().st_mode & 0o777 == 0o700
    assert (damaged.folder / "chroma").stat().st_mode & 0o777 == 0o700
    for name in ("catalog.sqlite", "lock", "seal"):
        assert (damaged.folder / name).stat().st_mode & 0o777 == 0o600


def test_a_note_whose_size_and_date_were_kept_is_read_again(damaged: Damaged) -> None:
    file = damaged.vault.root / "3.md"
    status = file.stat()
    file.write_bytes(file.read_bytes().replace(b"number 3", b"NUMBER 3"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    index = Index(damaged.folder, EMBEDDER)
    assert index.sync(damaged.vault, lambda _: None).changed == 1
    index.close()


def test_another_file_of_the_same_size_and_date_is_read(damaged: Damaged) -> None:
    file = damaged.vault.root / "3.md"
    status = file.stat()
    other = file.with_name("other")
    other.write_bytes(file.read_bytes().replace(b"number 3", b"NUMBER 3"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(file)
    index = Index(damaged.folder, EMBEDDER)
    assert index.sync(damaged.vault, lambda _: None).changed == 1
    index.close()


def test_what_no_date_tells_of_is_found_by_reading_again(damaged: Damaged) -> None:
    """As if the note had been changed on the disk itself: the catalog knows its dates, but another content."""
    index = Index(damaged.folder, EMBEDDER)
    index.hold("a test")
    time.sleep(0.1)  # dates of files written a moment ago are not trusted yet
    index.sync(damaged.vault, lambda _: None)
    with index._parts().writer.batch():
        index._parts().writer.connection.execute("UPDATE notes SET fingerprint = 'old' WHERE path = '7.md'")
    assert index.sync(damaged.vault, lambda _: None).changed == 0
    assert [index.recheck(damaged.vault, 5) for _ in range(4)] == [0, 1, 0, 0]
    assert index.sync(damaged.vault, lambda _: None).changed == 1
    index.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=False)


def test_a_full_disk_says_so_and_goes_on_afterwards(small_disk: Path, tmp_path: Path) -> None:
    write_notes(
        tmp_path / "vault",
        {
            f"{number}.md": f"# Note {number}\n\n{'granite and willow ' * 300}{number}\n"
            for number in range(300)
        },
    )
    index = Index(small_disk / "index", EMBEDDER)
    with pytest.raises(DiskFull, match="No space is left on the disk"):
        index.sync(Vault(tmp_path / "vault"), lambda _: None)
    index.close()
    (small_disk / "filler").write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - 4096)))
    with pytest.raises(DiskFull, match="No space is left on the disk"):
        index.sync(Vault(tmp_path / "vault"), lambda _: None)
    index.close()
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    assert index.sync(Vault(tmp_path / "vault"), lambda _: None).pending == 0
    assert index.verify(Vault(tmp_path / "vault")) == []
    index.close()


@pytest.mark.slow
def test_a_read_only_medium_is_searched(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    write_notes(small_disk / "vault", NOTES)
    (small_disk / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=small_disk).returncode == 0
    # As on a medium that was burnt: SQLite can make its two files there no more.
    for name in ("catalog.sqlite-wal", "catalog.sqlite-shm"):
        (small_disk / "index" / name).unlink(missing_ok=True)
    if subprocess.run(["mount", "-o", "remount,ro", small_disk], check=False).returncode:
        pytest.skip("it cannot be made read-only here")
    for words in (["status"], ["search", "token"], ["links", "Tokens"], ["doctor"]):
        done = run_kb(*words, cwd=small_disk)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0, (words, done.stderr)
    done = run_kb("index", cwd=small_disk)
    assert done.returncode == 1
    assert "Read-only" in done.stderr


def test_a_read_only_medium_with_an_unclosed_index_says_so(
    damaged: Damaged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no read-only medium can be had: SQLite says that it cannot open, and nothing may be written."""
    from kb.indexing import schema

    def refuse(uri: str) -> sqlite3.Connection:
        if "immutable" in uri:
            return real(uri)
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    real = schema._connect
    monkeypatch.setattr(schema, "_connect", refuse)
    monkeypatch.setattr(schema.os, "access", lambda *_: False)
    assert len(Index(damaged.folder, EMBEDDER).catalog.notes()) == 12
    (damaged.folder / "catalog.sqlite-wal").write_bytes(b"x" * 100)
    Seal(damaged.folder).write(thorough=True)
    with pytest.raises(IndexingError, match="was not closed properly"):
        _ = Index(damaged.folder, EMBEDDER).catalog


@pytest.mark.slow
@pytest.mark.parametrize("how", ["catalog", "pointer", "schema", "seal", "chroma"])
def test_every_command_goes_on_over_a_damaged_index_and_says_one_line(how: str, tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=tmp_path).returncode == 0
    whole = run_kb("search", "--json", "token", cwd=tmp_path).stdout
    folder = tmp_path / "index"
    for words in (["search", "--json", "token"], ["status"], ["links", "Tokens"], ["doctor"]):
        if how == "catalog":
            (folder / "catalog.sqlite").write_bytes(b"\xff" * 5000)
        elif how == "pointer":
            (folder / "chroma" / "current").write_bytes(b"\xff\xfe gen-1")
        elif how == "schema":
            connection = sqlite3.connect(folder / "catalog.sqlite")
            connection.execute("UPDATE meta SET value = x'ff' WHERE name = 'schema_version'")
            connection.commit()
            connection.close()
        elif how == "seal":
            (folder / "seal").write_bytes(b"\0")
        else:
            [file] = folder.glob("chroma/gen-*/chroma.sqlite3")
            file.write_bytes(bytes(5000))
        done = run_kb(*words, cwd=tmp_path)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0, (words, done.stderr)
        assert ("rebuilt from the notes" in done.stderr) == (how in ("catalog", "schema", "seal"))
        if words[0] == "search":
            assert json.loads(done.stdout) == json.loads(whole)


_HOLDER = """
import os, sys
from kb.indexing.index import Index
from kb.notes.vault import Vault
from tests.hardening.damages import EMBEDDER

index, vault = Index(Path(sys.argv[1]), EMBEDDER), Vault(Path(sys.argv[2]))
index.catalog.notes()
mapped = {line.split()[-1] for line in open("/proc/self/maps") if sys.argv[1] in line}
print(*sorted(os.path.basename(file) for file in mapped), flush=True)
os.truncate(Path(sys.argv[1]) / "catalog.sqlite-shm", 0)
(vault.root / "new.md").write_text("new")
index.sync(vault, lambda _: None)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="what is mapped is read there")
def test_a_file_cut_short_under_its_map_may_end_kb_but_harms_nothing(damaged: Damaged) -> None:
    """SQLite maps one file of a catalog in use. Whoever cuts it short ends the process; see docs/SECURITY.md."""
    before = {file.name: file.read_bytes() for file in damaged.vault.root.iterdir()}
    done = subprocess.run(
        [sys.executable, "-c", f"from pathlib import Path{_HOLDER}", damaged.folder, damaged.vault.root],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["catalog.sqlite-shm"], "no other file of the index is mapped"
    assert done.returncode in (0, -signal.SIGBUS)
    (damaged.vault.root / "new.md").unlink()
    synced(damaged)
    assert damaged.answers() == damaged.fresh
    assert {file.name: file.read_bytes() for file in damaged.vault.root.iterdir()} == before


def test_a_damaged_lock_file_only_costs_its_story(damaged: Damaged) -> None:
    lock = WriteLock(damaged.folder)
    lock.acquire("a test")
    for content in (b"[]", b"\xff", b"[" * 900, b"{}", b'{"pid": NaN}'):
        (damaged.folder / "lock").write_bytes(content)
        assert Index(damaged.folder, EMBEDDER).writer().startswith("Another kb process")
    lock.release()


def test_a_property_that_is_no_number_is_indexed_and_printed_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kb.cli.output import print_json

    write_notes(tmp_path / "vault", {"a.md": "---\nx: .nan\ny: [.inf, -.inf, 1.5]\n---\n# A\n\nText.\n"})
    index = Index(tmp_path / "index", EMBEDDER)
    index.sync(Vault(tmp_path / "vault"), lambda _: None)
    stored = [value for (value,) in index.catalog.rows("SELECT value FROM properties")]
    index.close()
    for value in stored:
        json.loads(value, parse_constant=pytest.fail)
    print_json({"score": float("nan"), "more": [float("inf"), 1.5]})
    assert json.loads(capsys.readouterr().out) == {"score": None, "more": [None, 1.5]}


@pytest.mark.slow
def test_the_interface_watches_once_its_own_reader_has_made_the_index_anew(
    small_base: Path, tmp_path: Path
) -> None:
    import threading

    from kb.settings import load_settings
    from kb.tui.watching import WatchService

    shutil.copytree(small_base, tmp_path / "base")
    settings = load_settings(start=tmp_path / "base", environment={})
    lock = WriteLock(settings.index)
    lock.acquire("indexing")
    watching, events = WatchService(settings), []
    synced = threading.Event()

    def hear(event: object) -> None:
        events.append(type(event).__name__)
        if events[-1] == "Synced":
            synced.set()

    thread = threading.Thread(target=watching.run, args=(hear, lambda _: None))
    thread.start()
    assert not synced.wait(1)
    lock.release()
    assert synced.wait(120), events
    watching.stop()
    thread.join()
