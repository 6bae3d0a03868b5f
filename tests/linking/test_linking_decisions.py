"""Decisions are kept beside the notes, merge between machines, and survive a torn line."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb.errors import DecisionsUnwritable, StateUnwritable
from kb.knowledge_base import KnowledgeBase
from kb.linking.decisions import DecisionLog, Decisions, Verdict, decided
from kb.machine_log import MachineLog
from kb.machine_name import machine_name
from kb.settings import load_settings

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def test_decisions_of_all_machines_count(tmp_path: Path) -> None:
    DecisionLog(MachineLog(tmp_path, ".", lambda: "laptop")).add(decided("never", "Sun"))
    desktop = DecisionLog(MachineLog(tmp_path, ".", lambda: "desk/top"))
    desktop.add(decided("reject", "Tea", "a.md", "Tea.md"))
    assert {file.name for file in tmp_path.iterdir()} == {"laptop.jsonl", "desk-top.jsonl"}
    assert desktop.decisions.on("sun", "x.md", "Sun.md") == "never"
    assert desktop.decisions.on("tea", "a.md", "Tea.md") == "reject"
    assert desktop.decisions.on("tea", "b.md", "Tea.md") is None


def test_a_new_decision_is_seen_at_once(tmp_path: Path) -> None:
    log = DecisionLog(MachineLog(tmp_path, "links", lambda: "m"))
    assert log.decisions.on("tea", "a.md", "Tea.md") is None
    log.add(decided("always", "tea"))
    assert log.decisions.on("Tea", "a.md", "Tea.md") == "always"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([("never", None, None, 1), ("always", None, None, 2)], "always"),
        ([("never", None, None, 2), ("always", None, None, 1)], "never"),
        ([("never", None, None, 2), ("always", "a.md", None, 1)], "always"),  # the particular counts first
        ([("never", None, None, 2), ("always", None, "Tea.md", 1)], "always"),
        ([("never", "b.md", None, 1)], None),
        ([("never", None, "Other.md", 1)], None),
    ],
)
def test_the_latest_and_most_particular_counts(
    said: list[tuple[Verdict, str | None, str | None, int]], expected: Verdict | None
) -> None:
    known = Decisions(decided(verdict, "Tea", note, target, at(when)) for verdict, note, target, when in said)
    assert known.on("tea", "a.md", "Tea.md") == expected


def test_a_torn_line_swallows_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_bytes(b'{"verdict": "never", "na')
    log = DecisionLog(MachineLog(tmp_path, ".", lambda: "m"))
    log.add(decided("always", "Tea"))
    (tmp_path / "newer.jsonl").write_text(
        '{"verdict": "perhaps", "name": "Tea", "at": "2030-01-01T00:00:00+00:00"}\n[]\n'
    )
    assert log.decisions.on("Tea", "a.md", "Tea.md") == "always"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DecisionsUnwritable, match="No note was changed"):
        DecisionLog(MachineLog(tmp_path, "file", lambda: "m")).add(decided("always", "Tea"))


def test_nothing_is_made_up_before_a_decision_is_written(tmp_path: Path) -> None:
    def refuse() -> str:
        raise AssertionError

    assert DecisionLog(MachineLog(tmp_path, "links", refuse)).decisions.on("Tea", "a.md", "Tea.md") is None
    assert not (tmp_path / "links").exists()


def test_a_machine_keeps_its_name(tmp_path: Path) -> None:
    assert (
        machine_name(tmp_path / "state")
        == machine_name(tmp_path / "state")
        != machine_name(tmp_path / "other")
    )
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StateUnwritable, match="permissions"):
        machine_name(tmp_path / "file")


def test_a_decision_counts_in_the_next_suggestions(tmp_path: Path, small_base: Path) -> None:
    shutil.copytree(small_base, tmp_path / "base")
    settings = load_settings(vault=tmp_path / "base" / "vault", index=tmp_path / "base" / "index")
    with closing(KnowledgeBase(settings)) as base:
        (tmp_path / "base" / "vault" / "Tokens.md").write_text("# Tokens\n\nQuantisation of tokens.\n")
        (one,) = base.links.suggestions("Tokens", 0.0)
        assert one.target == "Quantisation.md"
        base.links.decisions.add(decided("never", one.mention))
        assert base.links.suggestions("Tokens", 0.0) == []
        assert len(list((tmp_path / "base" / "vault" / ".kb" / "links").glob("*.jsonl"))) == 1
