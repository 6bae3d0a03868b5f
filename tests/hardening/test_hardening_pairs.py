"""Two processes at once: for every pair of commands both end as they should, and the index is what a fresh one would be."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

from tests.support import run_kb, start_kb

COMMANDS: dict[str, list[str]] = {
    "index": ["index"],
    "rebuild": ["index", "--rebuild"],
    "verify": ["index", "--verify"],
    "purge": ["index", "--purge"],
    "search": ["search", "token"],
    "status": ["status"],
    "doctor": ["doctor"],
    "links": ["links", "Tokens"],
    "mv": ["mv", "Tokens", "Pieces"],
    "undo": ["undo"],
    "ask": ["ask", "What is a token?"],
    "apply": ["link", "--all", "--apply"],
    "capture": ["capture", "a thought"],
    "tags": ["tags", "rename", "models", "machines"],
}
PAIRS = list(itertools.combinations_with_replacement(COMMANDS, 2))
# What one may be told because of the other: someone else writes, a note has moved, there is nothing to undo.
EXCUSED = (
    "is writing the index", "being written by another process", "No note named", "Nothing to undo", "already exists",
    "is not there any more", "There is no index", "differs from the notes", "changed in the meantime",
)  # fmt: skip


def check_pair(one: str, other: str, prepared: Path, base: Path) -> None:
    shutil.copytree(prepared, base)
    texts = sorted(file.read_bytes() for file in base.glob("vault/**/*.md"))
    processes = [start_kb(*COMMANDS[name], cwd=base) for name in (one, other)]
    for name, process in zip((one, other), processes, strict=True):
        _, errors = process.communicate(timeout=300)
        assert "Traceback" not in errors, (name, errors)
        assert process.returncode == 0 or any(words in errors for words in EXCUSED), (name, errors)
    after = sorted(file.read_bytes() for file in base.glob("vault/**/*.md"))
    assert len(after) >= len(texts), "no note was lost"
    assert run_kb("index", cwd=base).returncode == 0
    verified = run_kb("index", "--verify", cwd=base)
    assert verified.returncode == 0, verified.stderr
    shutil.rmtree(base)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other"), [("index", "rebuild"), ("index", "search"), ("mv", "index"), ("purge", "status")]
)
def test_two_commands_at_once(one: str, other: str, small_base: Path, tmp_path: Path) -> None:
    check_pair(one, other, small_base, tmp_path / "base")


@pytest.mark.soak
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_every_pair_of_commands_at_once(one: str, other: str, small_base: Path, tmp_path: Path) -> None:
    check_pair(one, other, small_base, tmp_path / "base")
