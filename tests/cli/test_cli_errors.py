"""Every bad input gets one clear sentence on stderr, the right exit status, and loses nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.indexing.seal import Seal
from tests.support import NOTES, run_kb, write_notes

pytestmark = pytest.mark.slow


@pytest.fixture
def base(small_base: Path, tmp_path: Path) -> Path:
    """A copy of the small knowledge base that a test may spoil."""
    shutil.copytree(small_base, tmp_path / "base")
    return tmp_path / "base"


def set_in_catalog(base: Path, name: str, value: str) -> None:
    """Change the catalog as another kb on this machine would: sealed, for else it is made anew from the notes."""
    with sqlite3.connect(base / "index" / "catalog.sqlite") as catalog:
        catalog.execute("UPDATE meta SET value = ? WHERE name = ?", (value, name))
    catalog.close()
    Seal(base / "index").write(thorough=True)


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence on stderr."""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("kb: ")
    return lines[0]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("status",), 1, "kb init"),
        (("ask", "why"), 1, "kb init"),
        (("index", "--vault", "nowhere"), 1, "does not exist"),
        (("index", "--vault", "file.txt"), 1, "is not a folder"),
        (("index", "--vault", "empty"), 1, "has no Markdown notes"),
        (("search", "word", "--vault", "empty"), 1, "kb index"),
        (("init", "nowhere"), 1, "no folder"),
    ],
)
def test_without_a_vault(tmp_path: Path, words: tuple[str, ...], status: int, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("no folder")
    done = run_kb(*words, cwd=tmp_path)
    assert done.returncode == status
    assert said in told(done)
    assert done.stdout == ""


@pytest.mark.parametrize("words", [("ask", " "), ("ask", "?!"), ("search", "")])
def test_an_empty_question_is_wrong_usage(base: Path, words: tuple[str, ...]) -> None:
    done = run_kb(*words, cwd=base)
    assert done.returncode == 2
    assert "empty" in told(done)


@pytest.mark.parametrize(
    "words", [("ask",), ("frobnicate",), ("search", "--frob"), ("search", "-n", "0", "x")]
)
def test_wrong_words_exit_with_two(base: Path, words: tuple[str, ...]) -> None:
    done = run_kb(*words, cwd=base)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("vault = ", "not valid TOML"),
        ('vault = "vault"\nvalt = 1', "unknown entry 'valt'"),
        ('vault = "vault"\n[models]\npth = "x"', "no setting 'pth'"),
        ('vault = "vault"\n[retrieval]\ncandidates = "many"', "must be a whole number from 1"),
    ],
)
def test_a_setting_that_cannot_be_understood(base: Path, settings: str, said: str) -> None:
    (base / "kb.toml").write_text(settings, encoding="utf-8")
    done = run_kb("status", cwd=base)
    assert done.returncode == 1
    assert said in told(done)


def test_a_model_file_that_is_missing(base: Path) -> None:
    done = run_kb("ask", "What is a token?", cwd=base, KB_MODELS_PATH="nowhere.gguf")
    assert done.returncode == 1
    assert "nowhere.gguf" in told(done)


def test_a_model_file_that_is_damaged(base: Path) -> None:
    (base / "broken.gguf").write_bytes(b"GGUF" + b"\x00" * 100)
    done = run_kb("ask", "What is a token?", cwd=base, KB_MODELS_PATH="broken.gguf")
    assert done.returncode == 1
    assert "broken.gguf" in told(done)


def test_an_embedding_model_that_is_missing(base: Path) -> None:
    done = run_kb("search", "token", cwd=base, KB_EMBEDDING_MODEL="nowhere")
    assert done.returncode == 1
    assert "embedding" in told(done)


def test_an_index_made_by_another_embedding_model(base: Path) -> None:
    set_in_catalog(base, "embedding_model", "another-model")
    done = run_kb("search", "token", cwd=base)
    assert done.returncode == 1
    assert "another-model" in told(done)
    assert "kb index" in told(done)
    assert run_kb("index", cwd=base).returncode == 0
    assert run_kb("search", "token", cwd=base).returncode == 0


def test_an_index_made_by_a_newer_version(base: Path) -> None:
    set_in_catalog(base, "schema_version", "999")
    for words in (("search", "token"), ("index",), ("status",)):
        done = run_kb(*words, cwd=base)
        assert done.returncode == 1
        assert "newer kb" in told(done)


def test_notes_that_cannot_be_read_are_named_and_the_rest_is_indexed(base: Path) -> None:
    (base / "vault" / "picture.md").write_bytes(
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4
    )
    (base / "vault" / "fine.md").write_text("# Fine\n\nPlain text about umbrellas.\n")
    done = run_kb("index", cwd=base)
    assert done.returncode == 0, done.stderr
    assert "picture.md" in done.stderr
    assert "Traceback" not in done.stderr
    assert "fine.md" in run_kb("search", "umbrellas", cwd=base).stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_note_without_permission_is_named(base: Path) -> None:
    (base / "vault" / "Tokens.md").chmod(0)
    os.utime(base / "vault" / "Tokens.md")
    done = run_kb("index", cwd=base)
    assert done.returncode == 0
    assert "Tokens.md" in done.stderr


def test_most_notes_gone_changes_nothing(tmp_path: Path) -> None:
    notes = {f"{number}.md": f"Note number {number} about lighthouses." for number in range(12)}
    write_notes(tmp_path / "vault", notes)
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n')
    assert run_kb("index", cwd=tmp_path).returncode == 0
    for number in range(10):
        (tmp_path / "vault" / f"{number}.md").unlink()
    done = run_kb("index", cwd=tmp_path)
    assert done.returncode == 1
    assert "10 of 12 notes are gone" in told(done)
    assert "5.md" in run_kb("search", "lighthouses", "-n", "20", cwd=tmp_path).stdout
    assert run_kb("index", "--accept-removals", cwd=tmp_path).returncode == 0
    assert "5.md" not in run_kb("search", "lighthouses", "-n", "20", cwd=tmp_path).stdout


def interrupted(*words: str, cwd: Path, when: Callable[[], bool]) -> subprocess.CompletedProcess[str]:
    """Run the command, with stderr in a file of that name, and press Ctrl-C as soon as `when` holds."""
    with (
        (cwd / "stderr").open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "kb", *words],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            # A shell starts its background jobs with Ctrl-C switched off, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process,
    ):
        while process.poll() is None and not when():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=120)
    return subprocess.CompletedProcess(words, process.returncode, output, (cwd / "stderr").read_text())


def test_ctrl_c_while_indexing_keeps_the_index_consistent(tmp_path: Path) -> None:
    write_notes(
        tmp_path / "vault",
        {f"{n}.md": f"# Note {n}\n\n" + f"Words on subject {n}. " * 12 for n in range(500)},
    )
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n')

    def some_are_embedded() -> bool:
        with contextlib.suppress(sqlite3.Error), contextlib.closing(_open(tmp_path / "index")) as catalog:
            return catalog.execute("SELECT count(*) FROM vectors").fetchone()[0] > 0
        return False

    done = interrupted("index", cwd=tmp_path, when=some_are_embedded)
    assert done.returncode == 130, done.stderr
    assert told(done) == "kb: Stopped. Completed work was saved."
    assert run_kb("status", cwd=tmp_path).returncode == 0
    done = run_kb("index", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"pending": 0' in run_kb("status", "--json", cwd=tmp_path).stdout


def test_ctrl_c_while_answering(base: Path) -> None:
    done = interrupted(
        "ask",
        "--explain",
        "What does quantisation do?",
        cwd=base,
        when=lambda: "·" in (base / "stderr").read_text(),
    )
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    *steps, last = done.stderr.splitlines()
    assert last == "kb: Stopped. Completed work was saved."
    assert all(step.startswith("· ") for step in steps)
    assert run_kb("search", "token", cwd=base).returncode == 0


def test_a_reader_who_has_seen_enough_is_no_error(base: Path) -> None:
    command = f"{sys.executable} -m kb ask --style quotes 'Which notes mention token?' | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=base, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("You have")
    assert "Task" not in done.stderr
    assert "Traceback" not in done.stderr


def _open(index: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{index}/catalog.sqlite?mode=ro", uri=True)


def test_notes_are_never_changed(base: Path) -> None:
    assert run_kb("index", cwd=base).returncode == 0
    for name, text in NOTES.items():
        assert (base / "vault" / name).read_text(encoding="utf-8") == text
