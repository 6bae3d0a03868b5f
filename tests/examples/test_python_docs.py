"""docs/python.md and the examples do what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mcp.conftest import NOTES
from tests.support import write_notes

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SNIPPETS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.DOTALL)
PRINTED = (
    ("Steep it for three minutes at 90 degrees [1].", "[1] Oolong.md:10"),
    ("nothing True", "No note named 'No such note'."),
    ("Oolong.md:10", "Tea.md 20"),
    ("three minutes",),
    ("Searching the notes", "Steep it for three minutes at 90 degrees [1]."),
    ("90 degrees [1].", "1. Oolong.md:10\n   > Steep it"),
    ("Steep it for three minutes at 90 degrees [1].",),
    ("Oolong.md:10",),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    """The home of someone whose notes are in ~/notes."""
    home = tmp_path_factory.mktemp("python")
    write_notes(home / "notes", NOTES)
    return home


def run(home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *words],
        cwd=home,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", range(len(PRINTED)))
def test_a_snippet_of_the_page_prints_what_it_should(home: Path, number: int) -> None:
    assert len(SNIPPETS) == len(PRINTED)
    if "langchain" in SNIPPETS[number]:
        pytest.importorskip("langchain_core", reason="the group test is not installed")
    if number:
        run(home, "-c", "from kb import KnowledgeBase\nwith KnowledgeBase.open('~/notes') as b: b.index()")
    shown = run(home, "-c", SNIPPETS[number])
    for wanted in PRINTED[number]:
        assert wanted in shown


def test_the_llama_index_example_answers_from_the_notes(home: Path) -> None:
    shown = run(
        home,
        str(ROOT / "examples" / "llama_index_program.py"),
        str(home / "notes"),
        "How long is oolong steeped?",
    )
    assert shown.startswith("llama-index: ")
    assert "kb: Steep it for three minutes at 90 degrees [1]." in shown
    assert shown.count("Oolong.md:10") == 2


def test_the_notebook_shows_what_it_says(home: Path) -> None:
    """Its cells are run, and what is kept in it is what they show; python -m tests.examples.notebook keeps it anew."""
    file = ROOT / "examples" / "notebook.ipynb"
    text = file.read_text("utf-8")
    copy = home / "notebook.ipynb"
    copy.write_text(text, encoding="utf-8")
    shutil.rmtree(Path(os.environ["XDG_DATA_HOME"]), ignore_errors=True)  # it begins without an index
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.examples.notebook", str(copy), "--write"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(copy.read_text("utf-8")) == json.loads(text)
    assert "three minutes" in text
