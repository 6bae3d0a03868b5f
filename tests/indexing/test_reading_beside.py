from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.indexing.index import Index
from kb.indexing.note_rows import rows_of_text
from kb.indexing.reading_beside import rows_beside
from kb.notes.vault import Vault
from tests.support import MadeUpVectors

MODEL = "all-MiniLM-L6-v2"
NOTES = 600


class HereAlone(MadeUpVectors):
    opens_elsewhere = False


def batches() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    for number in range(12):
        yield number, [(f"{number}-{part}.md", text(number * 50 + part)) for part in range(50)]


def text(number: int) -> str:
    return f"---\ntags: [t{number % 7}]\n---\n# Note {number}\n\nSee [[Note {number + 1}]], über {number} Dinge.\n\n## Part\n\n- [ ] a task\n"


def children() -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "reading_child"], capture_output=True, text=True
    )
    return [int(line) for line in found.stdout.split()]


needs_processors = pytest.mark.skipif(
    hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) == 1, reason="one processor reads alone"
)


@needs_processors
def test_an_index_read_in_child_processes_is_the_one_read_here(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    for number in range(NOTES):
        (vault / f"Note {number}.md").write_text(text(number), encoding="utf-8")
    (vault / "latin.md").write_bytes("# Café\n\nna\xefve".encode("latin-1"))
    made = {}
    for name, embedder in (("beside", MadeUpVectors(MODEL)), ("here", HereAlone(MODEL))):
        index = Index(tmp_path / name, embedder)
        report = index.sync(Vault(vault), lambda _: None)
        assert report.added == NOTES + 1
        made[name] = [
            sorted(map(repr, index.catalog.rows(query)))
            for query in (
                "SELECT path, title, language, names FROM notes",
                "SELECT path, ordinal, key, start, line, heading_path, passages.text FROM passages JOIN notes ON notes.id = note",
                "SELECT path, target, line, status, resolved FROM links JOIN notes ON notes.id = note",
                "SELECT path, tag FROM tags JOIN notes ON notes.id = note",
                "SELECT path, state, text FROM tasks JOIN notes ON notes.id = note",
                "SELECT title, headings, text, bigrams, stems, forms FROM notes_fts",
                "SELECT word FROM words",
            )
        ]
        index.close()
    assert made["beside"] == made["here"]
    assert all(made["here"])


@needs_processors
def test_what_a_killed_child_leaves_is_read_here() -> None:
    embedder = MadeUpVectors(MODEL)
    made = rows_beside(batches(), embedder, NOTES)
    first = next(made)
    for child in children():
        os.kill(child, signal.SIGKILL)
    rows = [first, *made]
    assert [number for number, _ in rows] == list(range(12))
    assert [row for _, part in rows for row in part] == [
        rows_of_text(path, words, embedder.count_tokens) for _, batch in batches() for path, words in batch
    ]


@needs_processors
def test_no_child_is_left_behind_when_reading_is_broken_off() -> None:
    made = rows_beside(batches(), MadeUpVectors(MODEL), NOTES)
    next(made)
    assert children()
    made.close()  # type: ignore[attr-defined]
    assert not children()


def test_few_notes_are_read_without_a_child() -> None:
    made = rows_beside(batches(), MadeUpVectors(MODEL), 50)
    next(made)
    assert not children()
