"""`kb conversations` and the pager: what was asked is kept, and long lists do not run away."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kb.answering.answer import Answer, AnswerSentence, Quote
from kb.answering.kept_conversations import ConversationLog, as_markdown
from kb.cli.pager import pager
from kb.knowledge_base import KnowledgeBase
from kb.machine_log import MachineLog
from kb.notes.note import Span
from kb.settings import Settings
from tests.support import run_kb, write_notes

NOTE = "# Shed\n\nThe shed will be painted green in May.\n"


def answer(question: str, text: str = "It will be green.") -> Answer:
    quote = Quote(1, "Shed.md", 3, Span(8, 20), "Shed", (), "It will be green.", "It will be green.", 0.9)
    return Answer(question, sentences=(AnswerSentence(text, True, (1,), "quoted"),), sources=(quote,))


@pytest.fixture
def log(tmp_path: Path) -> ConversationLog:
    return ConversationLog(MachineLog(tmp_path, "conversations", lambda: "desk"))


def test_conversations_are_kept_whole_and_the_latest_comes_first(log: ConversationLog) -> None:
    log.add("a", answer("What colour will the shed be?"), "It will be green [1].")
    log.add("b", answer("Who paints it?"), "Ada [1].")
    log.add("a", answer("And when?"), "In May [1].")
    first, second = log.all()
    assert (first.title, len(first.exchanges)) == ("What colour will the shed be?", 2)
    assert [turn.question for turn in first.turns] == ["What colour will the shed be?", "And when?"]
    assert second.exchanges[0].sources[0].path == "Shed.md"
    text = as_markdown(first)
    assert "## And when?\n\nIn May [1].\n\n1. [[Shed]], line 3" in text


@pytest.mark.parametrize("row", [{}, {"conversation": "x"}, {"conversation": "x", "at": 1, "sources": [{}]}])
def test_lines_that_are_none_of_it_are_passed_over(tmp_path: Path, row: dict[str, object]) -> None:
    machines = MachineLog(tmp_path, "conversations", lambda: "desk")
    machines.add(row)
    log = ConversationLog(machines)
    log.add("a", answer("What?"), "This.")
    assert [one.id for one in log.all()] == ["a"]


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"KB_PAGER": "more -d"}, ["more", "-d"]),
        ({"PAGER": "more"}, ["more"]),
        ({"KB_PAGER": "cat", "PAGER": "more"}, []),
        ({"KB_PAGER": ""}, []),
        ({"KB_PAGER": "no-such-pager-here"}, []),
        ({"KB_PAGER": "'unclosed"}, []),
        ({"PAGER": "more", "TERM": "dumb"}, []),
    ],
)
def test_the_pager_is_the_users(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], command: list[str]
) -> None:
    for name in ("KB_PAGER", "PAGER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert pager() == command


@pytest.mark.slow
def test_a_conversation_is_listed_shown_gone_on_with_and_exported(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", {"Shed.md": NOTE})
    settings = Settings(tmp_path / "notes", tmp_path / "index")
    base = KnowledgeBase(settings)
    base.index()
    base.logs.conversations.add("a", answer("What colour will the shed be?"), "It will be green [1].")
    base.close()
    where = ["--vault", "notes", "--index", "index"]
    assert "1  " + f"{date.today():%Y}" in run_kb(*where, "conversations", cwd=tmp_path).stdout
    found = json.loads(run_kb(*where, "conversations", "--json", cwd=tmp_path).stdout)["conversations"]
    assert found[0]["exchanges"][0]["answer"] == "It will be green [1]."
    assert (
        "# What colour will the shed be?" in run_kb(*where, "conversations", "show", "1", cwd=tmp_path).stdout
    )
    wrong = run_kb(*where, "conversations", "show", "7", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "There is no conversation 7 in the list of 1." in wrong.stderr
    assert run_kb(*where, "conversations", "export", "1", "out.md", cwd=tmp_path).returncode == 0
    assert "line 3" in (tmp_path / "out.md").read_text(encoding="utf-8")
    again = run_kb(*where, "conversations", "export", "1", "out.md", cwd=tmp_path)
    assert "exists already" in again.stderr
    on = run_kb(*where, "conversations", "reopen", "1", cwd=tmp_path, input="/quit\n")
    assert "It will be green [1]." in on.stdout


@pytest.mark.slow
def test_what_is_asked_in_kb_chat_is_kept(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", {"Shed.md": NOTE})
    where = ["--vault", "notes", "--index", "index"]
    assert run_kb(*where, "index", cwd=tmp_path).returncode == 0
    run_kb(*where, "chat", cwd=tmp_path, input="When will the shed be painted?\n/quit\n")
    base = KnowledgeBase(Settings(tmp_path / "notes", tmp_path / "index"))
    [held] = base.logs.conversations.all()
    base.close()
    assert held.title == "When will the shed be painted?"
    assert "May" in held.exchanges[0].answer
    assert next((tmp_path / "notes" / ".kb" / "conversations").iterdir()).stat().st_mode & 0o077 == 0
