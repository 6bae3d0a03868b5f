"""`kb export` of single files: answers, conversations, cards, the graph, figures."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.support import run_kb

pytestmark = pytest.mark.slow
REMOTE = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""")


def written(base: Path, file: Path, *words: str) -> str:
    done = run_kb("export", *words[:1], *words[1:], str(file), cwd=base)
    assert done.returncode == 0, done.stderr
    assert f"Wrote {file}" in done.stderr.replace("\n", "")
    text = file.read_text("utf-8")
    if file.suffix == ".html":
        assert not REMOTE.search(text)
        assert "default-src 'none'" in text
    return text


def test_an_answer_comes_with_its_sources(export_base: Path, tmp_path: Path) -> None:
    question = "How long is oolong steeped?"
    page = written(export_base, tmp_path / "a.html", "answer", question)
    assert "three minutes" in page
    assert '<a href="#source-1">[1]</a>' in page
    assert 'id="source-1"' in page
    assert "Oolong.md:10" in page
    assert "> Steep it" in written(export_base, tmp_path / "a.md", "answer", question)
    assert json.loads(written(export_base, tmp_path / "a.json", "answer", question))["outcome"] == "answered"
    nothing = written(export_base, tmp_path / "b.html", "answer", "Who won <b>the war</b> in Reykjavik?")
    assert "&lt;b&gt;" in nothing
    assert "<b>" not in nothing


def test_conversations_are_written_together_or_one_alone(asked_base: Path, tmp_path: Path) -> None:
    held = json.loads(written(asked_base, tmp_path / "c.json", "conversations"))["conversations"]
    assert [len(one["exchanges"]) for one in held] == [2]
    page = written(asked_base, tmp_path / "c.html", "conversations", "-n", "1")
    assert "Oolong.md:10" in page
    assert "&lt;b&gt;the&lt;/b&gt;" in page
    assert "## How long" in written(asked_base, tmp_path / "c.md", "conversations")
    beyond = run_kb("export", "conversations", str(tmp_path / "d.md"), "-n", "7", cwd=asked_base)
    assert (beyond.returncode, len(beyond.stderr.strip().splitlines())) == (2, 1)


def test_cards_are_written_in_each_format(export_base: Path, tmp_path: Path) -> None:
    page = written(export_base, tmp_path / "q.html", "quiz")
    assert "<summary>" in page
    assert "a half oxidised tea" in page
    cards = json.loads(written(export_base, tmp_path / "q.json", "quiz", "--notes", "Oolong"))["cards"]
    assert {card["path"] for card in cards} == {"Oolong.md"}
    assert "a half oxidised tea" in [card["answer"] for card in cards]
    assert "  - a half oxidised tea" in written(export_base, tmp_path / "q.md", "quiz")
    done = run_kb("export", "quiz", str(tmp_path / "q.apkg"), cwd=export_base)
    assert done.returncode == 0, done.stderr
    assert zipfile.is_zipfile(tmp_path / "q.apkg")


def test_the_graph_holds_every_note_and_link(export_base: Path, tmp_path: Path) -> None:
    found = json.loads(written(export_base, tmp_path / "g.json", "graph"))
    printed = json.loads(run_kb("graph", cwd=export_base).stdout)
    assert len(found["notes"]) == len(printed["nodes"])
    assert len(found["links"]) == len(printed["links"])
    numbers = {note["path"]: number for number, note in enumerate(found["notes"])}
    assert [numbers["Tea.md"], numbers["Places/Taiwan.md"], 2, "is"] in found["links"]
    some = json.loads(written(export_base, tmp_path / "h.json", "graph", "--notes", "#drink"))
    assert {note["path"] for note in some["notes"]} == {"Tea.md", "Oolong.md", "Evil.md"}


def test_figures_are_those_of_the_notes(export_base: Path, tmp_path: Path) -> None:
    found = json.loads(written(export_base, tmp_path / "f.json", "statistics"))
    status = json.loads(run_kb("status", "--json", cwd=export_base).stdout)
    assert found["notes"] == status["notes"] == 9
    assert found["tags_most_used"]["drink"] == 2
    assert found["most_linked"][0]["path"] == "Tea.md"
    assert sum(found["notes_by_month"].values()) == 9
    page = written(export_base, tmp_path / "f.html", "statistics")
    assert "<svg" in page
    assert "&lt;b&gt;x" in page
    assert "<b>x" not in page
    assert "- 9 notes" in written(export_base, tmp_path / "f.md", "statistics")


@pytest.mark.parametrize("kind", ["answer", "conversations", "quiz", "graph", "statistics"])
def test_nothing_is_overwritten_and_every_refusal_is_one_sentence(
    asked_base: Path, tmp_path: Path, kind: str
) -> None:
    words = ["export", kind, *(["What is oolong?"] if kind == "answer" else [])]
    (tmp_path / "here.html").write_text("mine", encoding="utf-8")
    (tmp_path / "here.apkg").write_text("mine", encoding="utf-8")
    targets = [
        tmp_path / "here.html",
        tmp_path / "no" / "folder.html",
        tmp_path / "name",
        asked_base / "vault" / "x.md",
    ]
    for target in [*targets, *([tmp_path / "here.apkg"] if kind == "quiz" else [])]:
        done = run_kb(*words, str(target), cwd=asked_base)
        assert done.returncode == 2, (target, done.stderr)
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert (tmp_path / "here.html").read_text("utf-8") == "mine"
    assert (tmp_path / "here.apkg").read_text("utf-8") == "mine"


def test_what_is_not_there_is_one_sentence(export_base: Path, tmp_path: Path) -> None:
    for words in (
        ["graph", "g.html", "--notes", "#nothing"],
        ["quiz", "q.html", "--notes", "#nothing"],
        ["site", "s", "--notes", "#nothing"],
    ):
        done = run_kb("export", *words, cwd=export_base)
        assert done.returncode in (1, 2)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert not (export_base / words[1]).exists()
