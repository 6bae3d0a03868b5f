"""JSON names notes as the disk spells them: in another normalisation, in no UTF-8, with ends of lines in their names."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.support import run_kb

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "darwin", reason="file systems there spell names in their own way"),
]
NAMES = [
    "Cafe\u0301.md".encode(), "Zu\u0308rich/U\u0308ber.md".encode(), b"caf\xe9.md", b"old\xff/\x93quoted\x94.md", "line\u2028end.md".encode(),
]  # fmt: skip


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    for name in NAMES:
        file = Path(os.fsdecode(os.fsencode(folder / "vault") + b"/" + name))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# Zebra\n\nZebras graze at dawn, herd {NAMES.index(name)}. See [[Nowhere]].\n")
    (folder / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=folder).returncode == 0
    return folder


def paths(value: object) -> set[bytes]:
    """Every text in it that looks like a note's path."""
    if isinstance(value, str):
        return {os.fsencode(value)} if value.endswith(".md") else set()
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(paths, items))


@pytest.mark.parametrize(
    "words",
    [["search", "zebras graze herd", "-n", "40"], ["doctor"], ["ask", "When do zebras graze?"], ["graph"]],
)
def test_every_path_opens_its_file(words: list[str], odd: Path) -> None:
    done = run_kb("--json", *words, cwd=odd)
    assert "\u2028" not in done.stdout
    assert done.stdout.splitlines() == done.stdout.removesuffix("\n").split("\n")
    found = paths(json.loads(done.stdout))
    assert found
    assert {path for path in found if not (odd / "vault" / os.fsdecode(path)).exists()} == set()
    if words[0] in ("search", "doctor"):
        assert found >= set(NAMES)


def test_a_note_can_be_named_as_it_was_printed(odd: Path) -> None:
    for name in NAMES:
        done = run_kb("--json", "links", os.fsdecode(name), cwd=odd)
        assert done.returncode == 0, done.stderr
        assert paths(json.loads(done.stdout)) == {name}


def test_two_names_that_read_the_same_are_told(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    for name in (b"caf\xe8.md", b"caf\xe9.md"):
        Path(os.fsdecode(os.fsencode(tmp_path / "vault") + b"/" + name)).write_text("Zebras.\n")
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    run_kb("index", cwd=tmp_path)
    assert "name reads the same" in run_kb("doctor", cwd=tmp_path).stdout
