"""Files beside the notes, from the command line: indexed, found, asked, linked, renamed, and never read twice."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings, load_settings
from kb.sources.worker import Worker
from tests.sources.pdfs import make_pdf
from tests.support import run_kb, write_notes

PAGES: list[list[object]] = [
    ["# Pumps", "The pump lifts water from the well. It was built by Otto Brenner in 1931."],
    ["# Valves", "Open the main valve twice a year, in April and in October."],
    ["# Costs", [["Part", "Price"], ["Seal kit", "48 euros"], ["Impeller", "310 euros"]]],
]
NOTES = {
    "Well.md": "# Well\n\nThe manual says it: [[manual.pdf#page=2]], [costs](Papers/manual.pdf#page=3), [[manual.pdf#page=9]].\n",
    "Bike.txt": "The chain of the bicycle needs oil every 200 km. See [[Well]] #bike\n",
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    write_notes(tmp_path / "vault", NOTES)
    make_pdf(
        tmp_path / "vault" / "Papers" / "manual.pdf",
        PAGES,
        title="How the well works",
        author="Q. Hallgarten",
    )
    (tmp_path / "vault" / "broken.pdf").write_bytes(b"%PDF-1.4 and nothing more")
    (tmp_path / "vault" / "letter.docm").write_bytes(b"x")
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    return tmp_path


def printed(base: Path, *words: str) -> Any:
    done = run_kb(*words, "--json", cwd=base)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_vault_with_files_is_indexed_found_asked_and_linked(base: Path) -> None:
    done = run_kb("index", cwd=base)
    assert (done.returncode, "3 added" in done.stdout) == (0, True), done.stderr
    assert "broken.pdf is damaged, or not a PDF" in done.stderr
    again = run_kb("index", cwd=base)
    assert "3 unchanged" in again.stdout
    assert "broken" not in again.stderr, "one line, once"

    status = printed(base, "status")
    assert status["files"] == {"pdf": 1, "txt": 1}
    assert status["unread"] == {"broken.pdf": "broken.pdf is damaged, or not a PDF."}
    assert status["not_read"] == {".docm": 1}

    hit = printed(base, "search", "open the main valve")["hits"][0]
    assert (hit["path"], hit["page"]) == ("Papers/manual.pdf", 2)
    assert "Papers/manual.pdf, p. 2" in run_kb("search", "open the main valve", cwd=base).stdout
    assert printed(base, "search", "title:works")["hits"][0]["path"] == "Papers/manual.pdf"
    assert printed(base, "search", "title:manual")["hits"][0]["path"] == "Papers/manual.pdf", (
        "by the file's name"
    )
    [hit] = [one for one in printed(base, "search", "Hallgarten")["hits"] if one["lexical"]]
    assert hit["path"] == "Papers/manual.pdf", "by its author"

    answer = printed(base, "ask", "Who built the pump?")
    assert (answer["outcome"], answer["short"]) == ("answered", "Otto Brenner")
    source = next(one for one in answer["sources"] if one["cited"])
    assert (source["path"], source["page"]) == ("Papers/manual.pdf", 1)
    assert source["quote"] in "The pump lifts water from the well. It was built by Otto Brenner in 1931."
    told = run_kb("ask", "What does the impeller cost?", cwd=base).stdout
    assert "310 euros" in told
    assert "Papers/manual.pdf, p. 3" in told

    doctor = run_kb("doctor", cwd=base).stdout
    assert "broken.pdf is damaged" in doctor
    assert doctor.count("points to a page that doesn't exist") == 1
    assert "Papers/manual.pdf\n" not in doctor.partition("orphan")[2]


@pytest.mark.slow
def test_links_to_a_file_follow_its_name_and_nothing_is_written_to_it(base: Path) -> None:
    assert run_kb("index", cwd=base).returncode == 0
    before = (base / "vault" / "Papers" / "manual.pdf").read_bytes()
    done = run_kb("mv", "manual.pdf", "Books/The well", cwd=base)
    assert done.returncode == 0, done.stderr
    assert (base / "vault" / "Books" / "The well.pdf").read_bytes() == before
    assert (base / "vault" / "Well.md").read_text(encoding="utf-8").splitlines()[2] == (
        "The manual says it: [[The well.pdf#page=2]], [costs](Books/The%20well.pdf#page=3), [[The well.pdf#page=9]]."
    )
    assert run_kb("undo", cwd=base).returncode == 0
    assert (base / "vault" / "Well.md").read_text(encoding="utf-8") == NOTES["Well.md"]
    for words in (
        ["merge", "manual.pdf", "Well"],
        ["merge", "Well", "manual.pdf"],
        ["extract", "manual.pdf#Valves"],
        ["mv", "manual.pdf#Valves", "Taps"],
    ):
        refused = run_kb(*words, cwd=base)
        assert refused.returncode != 0, words
        assert "is not Markdown; kb reads it but never writes to it" in " ".join(refused.stderr.split()), (
            words
        )
        assert "Traceback" not in refused.stderr
    assert (base / "vault" / "Papers" / "manual.pdf").read_bytes() == before
    refused = run_kb("merge", "Well", "Bike.txt", cwd=base)
    assert "Bike.txt is not Markdown; kb reads it but never writes to it." in refused.stderr
    (base / "vault" / "Wheels.md").write_text("# Wheels\n\nRound. #bike\n", encoding="utf-8")
    renamed = run_kb("tags", "rename", "bike", "bicycle", cwd=base)
    assert renamed.returncode == 0, renamed.stderr
    assert "Change this by hand: Bike.txt:1" in renamed.stderr
    assert (base / "vault" / "Wheels.md").read_text(encoding="utf-8").endswith("#bicycle\n")
    assert (base / "vault" / "Bike.txt").read_text(encoding="utf-8") == NOTES["Bike.txt"]


def knowledge_base(base: Path, **variables: str) -> KnowledgeBase:
    return KnowledgeBase(load_settings(start=base, environment=variables))


@pytest.mark.slow
def test_an_unchanged_file_is_never_read_again(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = Worker.read

    def counting(self: Worker, source: Any, name: str, *others: Any) -> Any:
        read.append(name)
        return original(self, source, name, *others)

    monkeypatch.setattr(Worker, "read", counting)
    with closing(knowledge_base(base)) as opened:
        opened.index()
        assert sorted(read) == ["Bike.txt", "broken.pdf", "manual.pdf"]
        opened.index()
        manual = base / "vault" / "Papers" / "manual.pdf"
        manual.rename(base / "vault" / "moved.pdf")
        (base / "vault" / "Bike.txt").touch()
        report = opened.index()
        assert (report.renamed, report.removed) == (1, 0)
        assert opened.verify() == []
    with closing(knowledge_base(base)) as opened:
        _ = opened.catalog
        assert opened.note("moved.pdf").places[1].anchor == "page=2"
    assert len(read) == 3


@pytest.mark.slow
def test_settings_choose_what_is_read(base: Path) -> None:
    with closing(knowledge_base(base)) as opened:
        assert opened.index().added == 3
    with closing(knowledge_base(base, KB_SOURCES="txt")) as opened:
        report = opened.index()
        assert (report.removed, report.unchanged) == (0, 2), "a format that is off is no loss"
        assert opened.status()["not_read"] == {".docm": 1, ".pdf": 2}
    (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\nsources = []\n', encoding="utf-8")
    with closing(knowledge_base(base)) as opened:
        assert [one.path for one in opened.list_notes()] == ["Bike.txt", "Well.md"]
        opened.index()
        assert [one.path for one in opened.list_notes()] == ["Well.md"]


@pytest.mark.parametrize("value", ['"pdf"', "[1]", '["PDF"]', '["../x"]'])
def test_a_list_of_sources_that_is_none_is_one_sentence(base: Path, value: str) -> None:
    (base / "kb.toml").write_text(f'vault = "vault"\nsources = {value}\n', encoding="utf-8")
    done = run_kb("status", cwd=base)
    if value == '"pdf"':
        assert "must be a list" not in done.stderr
    else:
        assert "sources must be a list of formats" in done.stderr


def test_a_source_that_nothing_has_is_one_sentence(base: Path) -> None:
    done = run_kb("index", cwd=base, KB_SOURCES="pdf,wordstar")
    assert done.returncode == 1
    assert "'wordstar', which nothing here reads. Known: " in done.stderr


@pytest.mark.slow
def test_pages_of_a_file_are_studied(base: Path) -> None:
    assert run_kb("index", cwd=base).returncode == 0
    cards = printed(base, "quiz", "manual.pdf#page=3")["cards"]
    assert cards
    assert {card["place"] for card in cards} == {"page=3"}
    summary = printed(base, "summarize", "manual.pdf#page=1-2")
    assert {source["place"] for source in summary["sources"]} <= {"page=1", "page=2"}
    assert "p. 1–2" in summary["label"]
    refused = run_kb("quiz", "manual.pdf#page=7", cwd=base)
    assert "no text at page=7" in refused.stderr


@pytest.mark.slow
def test_a_file_that_broke_leaves_no_old_words_behind(base: Path) -> None:
    with closing(KnowledgeBase(Settings(vault=base / "vault", index=base / "index"))) as opened:
        opened.index()
        (base / "vault" / "Papers" / "manual.pdf").write_bytes(b"half of it")
        report = opened.index()
        assert [path for path, _ in report.unreadable] == ["Papers/manual.pdf"]
        assert "Papers/manual.pdf" not in [
            hit.passage.note_path for hit in opened.search("open the main valve")
        ]
        make_pdf(base / "vault" / "Papers" / "manual.pdf", PAGES)
        opened.index()
        assert opened.search("open the main valve")[0].passage.place == "page=2"
        assert set(opened.status()["unread"]) == {"broken.pdf"}
