"""What changes a note or two does not load Chroma, and nothing is missed meanwhile."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from tests.support import run_kb

PROGRAM = (
    "import sys, contextlib\nfrom kb.cli.main import main\n"
    "with contextlib.suppress(SystemExit):\n    main({words!r})\n"
    "print('LOADED', 'chromadb' in sys.modules)\n"
)


@pytest.fixture
def folder(small_base: Path, tmp_path: Path) -> Path:
    shutil.copytree(small_base, tmp_path / "base")
    run_kb("index", cwd=tmp_path / "base")  # a copy's files are not as kb left them
    return tmp_path / "base"


@pytest.mark.parametrize(
    "words", [["capture", "A zeppelin over the lake"], ["mv", "Tokens", "Pieces"]], ids=lambda words: words[0]
)
def test_a_small_change_leaves_chroma_alone(words: list[str], folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(words=words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "LOADED False" in done.stdout
    assert run_kb("index", "--verify", cwd=folder).returncode == 0


def test_what_chroma_does_not_hold_yet_is_found_by_meaning(folder: Path) -> None:
    base = KnowledgeBase(Settings(folder / "vault", folder / "index"))
    base.index()
    (folder / "vault" / "Airship.md").write_text(
        "# Airship\n\nA zeppelin floats over the lake in the evening.\n"
    )
    base.index(brief=True)
    [first, *_] = base.search("dirigible flying above water")
    assert first.passage.note_path == "Airship.md"
    assert base.verify() == []
    base.index()
    assert base.search("dirigible flying above water")[0].passage.note_path == "Airship.md"
    base.close()


def test_damage_to_chroma_is_not_excused_by_what_it_lacks(folder: Path) -> None:
    assert run_kb("capture", "A zeppelin over the lake", cwd=folder).returncode == 0
    for file in (folder / "index" / "chroma").rglob("*"):
        if file.is_file() and file.name == "chroma.sqlite3":
            file.write_bytes(b"damaged" * 100)
    assert run_kb("index", cwd=folder).returncode == 0
    assert run_kb("index", "--verify", cwd=folder).returncode == 0
