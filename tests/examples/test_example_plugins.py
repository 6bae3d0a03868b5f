"""The plugins in examples/plugins: small, on the plugin API alone, and doing what they say, as a person would use them."""

from __future__ import annotations

import ast
import datetime
import json
import shutil
from pathlib import Path

import pytest

from tests.support import run_kb, write_notes

PLUGINS = sorted((Path(__file__).parents[2] / "examples" / "plugins").glob("*.py"))
BIB = r"""
@comment{x, y}
@book{darwin1859,
  title = {On the {Origin} of Species},
  author = {Darwin, Charles and Nobody, A.},
  year = 1859,
  abstract = "All of it, {with "quotes"} inside"
}
@article{../../evil key,
  title = {Not a key}}
@article{a/b:c, title={Slash: "it"
 goes on}, year={2020}}
@misc{open, title = {never closed
"""


@pytest.mark.parametrize("file", PLUGINS, ids=lambda file: file.stem)
def test_a_plugin_is_small_and_imports_of_kb_the_api_alone(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    modules = [node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    assert {name for name in modules if name.split(".")[0] in ("kb", "kb_plugins")} == {"kb.plugin_api"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    """A knowledge base whose folder `plugins` holds the three, confirmed by its owner."""
    base = tmp_path_factory.mktemp("plugins")
    notes = {
        "Journal/2026-03-02.md": "# A Monday\n\nRain.\n",
        "Journal/2026-03-05.md": "# A Thursday\n\nSun.\n",
        "Tea.md": "---\ntags: [drink]\n---\n# Tea\n\nGreen or black.\n",
    }
    write_notes(base / "vault", notes)
    (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    (base / "plugins").mkdir()
    for file in PLUGINS:
        shutil.copy(file, base / "plugins")
    (base / "works.bib").write_text(BIB, encoding="utf-8")
    for words in (["trust", "--yes"], ["index"]):
        done = run_kb(*words, cwd=base)
        assert done.returncode == 0, done.stderr
    return base


@pytest.mark.slow
def test_the_calendar_marks_days_with_a_note(base: Path) -> None:
    shown = run_kb("calendar", "2026-03", cwd=base).stdout
    assert shown.startswith("March 2026\n")
    assert " 2*" in shown
    assert " 5*" in shown
    assert shown.count("*") == 2
    found = json.loads(run_kb("calendar", "2026-03", "--json", cwd=base).stdout)
    assert found["notes"] == {"2": ["Journal/2026-03-02.md"], "5": ["Journal/2026-03-05.md"]}
    wrong = run_kb("calendar", "soon", cwd=base)
    assert (wrong.returncode, len(wrong.stderr.strip().splitlines())) == (2, 1)


@pytest.mark.slow
def test_works_become_notes_once_and_one_undo_takes_them_back(base: Path) -> None:
    done = run_kb("bibtex", "works.bib", cwd=base)
    assert "Notes written: 3." in done.stderr
    folder = base / "vault" / "Literature"
    assert sorted(file.name for file in folder.iterdir()) == ["a-b-c.md", "darwin1859.md", "open.md"]
    darwin = (folder / "darwin1859.md").read_text(encoding="utf-8")
    assert 'authors: ["Darwin, Charles", "Nobody, A."]' in darwin
    assert "# On the Origin of Species\n" in darwin
    assert "Notes written: 0." in run_kb("bibtex", "works.bib", cwd=base).stderr
    assert run_kb("index", cwd=base).returncode == 0
    assert "darwin1859.md" in run_kb("search", "title:origin", cwd=base).stdout
    assert run_kb("undo", cwd=base).returncode == 0
    assert not folder.exists()
    run_kb("index", cwd=base)


@pytest.mark.slow
def test_a_note_comes_again_when_it_is_due(base: Path) -> None:
    first = run_kb("reread", "#drink", cwd=base, input="read\n")
    assert "Green or black." in first.stdout
    assert "Green or black." not in run_kb("reread", cwd=base, input="").stdout
    [log] = (base / "vault" / ".kb" / "rereading").glob("*.jsonl")
    yesterday = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
    log.write_text(
        json.dumps({"path": "Tea.md", "day": yesterday}) + "\nnot JSON\n" + '{"path": "Gone.md", "day": 7}\n',
        encoding="utf-8",
    )
    assert "Green or black." in run_kb("reread", cwd=base, input="/later\n").stdout
