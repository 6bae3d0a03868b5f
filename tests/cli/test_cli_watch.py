"""`kb watch` as a person runs it, beside other commands."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import run_kb, write_notes
from tests.terminal import kb_in_terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A running `kb watch` that is in step."""
    write_notes(tmp_path / "notes", {"Bees.md": "# Bees\n\nA queen bee lives three to five years.\n"})
    run_kb("init", "notes", cwd=tmp_path)
    command = [sys.executable, "-m", "kb", "watch"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        lines = iter(process.stdout.readline, "")
        assert "1 added" in next(lines)
        assert "Watching" in next(lines)
        yield process
        process.kill()


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_saved_note_is_found_while_kb_watches(watching: subprocess.Popen[str], tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", {"Wasps.md": "# Wasps\n\nA paper wasp chews wood into pulp.\n"})
    until(lambda: "Wasps.md:" in run_kb("search", "pulp", cwd=tmp_path).stdout)

    refused = run_kb("index", cwd=tmp_path)
    assert refused.returncode == 1
    assert "watching" in refused.stderr
    assert str(watching.pid) in refused.stderr
    assert "watching" in run_kb("status", cwd=tmp_path).stdout

    watching.send_signal(signal.SIGINT)
    printed, _ = watching.communicate(timeout=20)
    assert "1 added" in printed
    assert "Stopped watching" in printed
    assert watching.returncode == 0
    assert "2 unchanged" in run_kb("index", cwd=tmp_path).stdout
    assert "matches the notes" in run_kb("index", "--verify", cwd=tmp_path).stdout


@pytest.mark.slow
def test_a_terminated_watcher_lets_go(watching: subprocess.Popen[str], tmp_path: Path) -> None:
    watching.terminate()
    watching.wait(timeout=20)
    assert run_kb("index", cwd=tmp_path).returncode == 0


@pytest.mark.slow
def test_no_progress_bar_is_left_when_watching_stops(small_base: Path, tmp_path: Path) -> None:
    shutil.copytree(small_base, tmp_path, dirs_exist_ok=True)
    with kb_in_terminal("watch", cwd=tmp_path) as terminal:
        terminal.wait_for("Watching.")
        time.sleep(1)
        for note in (tmp_path / "vault").rglob("*.md"):
            note.write_bytes(note.read_bytes())
        time.sleep(2)
        terminal.type("\x03")
        terminal.wait_for("Stopped watching.")
        last_line = terminal.shown.partition("Stopped watching.")[0].rpartition("\x1b[2K")[2]
        assert "%" not in last_line
        assert terminal.end() == 0
