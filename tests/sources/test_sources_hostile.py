"""Hostile files cost a line each, never the index, and reach nothing."""

from __future__ import annotations

import dataclasses
import time
from contextlib import closing
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from kb.sources.bundled import BUNDLED
from tests.sources.hostile import write_hostile
from tests.support import write_notes


@pytest.mark.slow
def test_hostile_files_cost_a_line_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = tuple(dataclasses.replace(one, seconds=min(one.seconds, 15.0)) for one in BUNDLED)
    monkeypatch.setattr("kb.sources.file_sources.BUNDLED", quick)
    write_notes(tmp_path / "vault", {"Bees.md": "# Bees\n\nA hive holds forty thousand bees.\n"})
    expected = write_hostile(tmp_path / "vault" / "hostile")
    assert len(expected) >= 40
    names = tuple(one.name for one in BUNDLED)
    settings = Settings(vault=tmp_path / "vault", index=tmp_path / "index", sources=names)
    start = time.monotonic()
    with closing(KnowledgeBase(settings)) as base:
        report = base.index()
        assert base.search("how many bees does a hive hold")[0].passage.note_path == "Bees.md"
        refused = {path.rsplit("/", 1)[1]: reason for path, reason in base.status()["unread"].items()}
        read = {note.path.rsplit("/", 1)[-1] for note in base.list_notes()}
        for name, is_refused in expected.items():
            assert (name in refused) != (name in read), name
            if is_refused:
                assert name in refused, name
        assert "pipe.pdf" not in read | set(refused), "it is no file"
        assert "out.txt" not in read, "it lies elsewhere"
        assert all(len(reason) < 400 and "\n" not in reason for reason in refused.values())
        assert not [hit for hit in base.search("root:x:0:0") if "root:x" in hit.passage.text]
        assert {path for path, _ in report.unreadable} >= {f"hostile/{name}" for name in refused}
        again = base.index()
        assert (again.changes, again.unreadable) == (0, ())
    assert time.monotonic() - start < 400
