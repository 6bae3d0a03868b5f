"""A model server that fails takes nothing away: what the notes say is shown, and what went wrong is told once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kb_plugins.socratic.session import TutorSession
from kb_plugins.summarize.summarize import summarize
from kb_plugins.summarize.summary import Summary

from kb.answering.events import Finished
from kb.answering.evidence.quotes import numbered
from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Cancellation, Said
from kb.settings import load_settings
from tests.models.made_up_server import Answering, Handler, Server
from tests.support import own_state, run_kb

QUESTION = "Who described the forgetting curve?"
KEY = "sk-Zebra-0815"


def within(handler: Handler) -> None:
    """Half a sentence, then the failure."""
    handler.begin()
    handler.say("Hermann Ebbinghaus described the ")
    handler.event({"error": {"message": f"CUDA out of memory for {KEY}", "code": 500}})


def alone(handler: Handler) -> None:
    handler.begin()
    handler.event({"error": {"message": "CUDA out of memory"}})


def status(handler: Handler) -> None:
    handler.reply(500, {"error": {"message": "CUDA out of memory"}})


def cut(handler: Handler) -> None:
    handler.begin()
    handler.say("Hermann Ebbinghaus described the ")


FAILURES: dict[str, tuple[Answering, str]] = {
    "within its stream": (within, "CUDA out of memory"),
    "before its stream": (alone, "CUDA out of memory"),
    "with a status": (status, "CUDA out of memory"),
    "by breaking off": (cut, "broke off"),
}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server.running() as running:
        yield running


@pytest.mark.parametrize(("answering", "why"), FAILURES.values(), ids=FAILURES.keys())
def test_kb_ask_shows_the_note_and_says_what_failed(
    answering: Answering, why: str, server: Server, small_base: Path
) -> None:
    server.answering = answering
    done = run_kb("ask", "--json", QUESTION, cwd=small_base, KB_MODELS_URL=server.url, KB_MODELS_KEY=KEY)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert "Ebbinghaus" in answer["answer"]
    assert [sentence["verdict"] for sentence in answer["sentences"]] == ["quoted"]
    (line,) = [line for line in done.stderr.splitlines() if line.strip()]
    assert line.startswith("Without the model: The model server at ")
    assert why in line
    assert KEY not in done.stdout + done.stderr


def test_a_server_that_is_not_there_is_told_beside_the_answer(small_base: Path) -> None:
    for words in (("ask", QUESTION), ("chat",)):
        done = run_kb(*words, cwd=small_base, input=f"{QUESTION}\n", KB_MODELS_URL="http://127.0.0.1:9/v1")
        assert done.returncode == 0, done.stderr
        assert "Ebbinghaus" in done.stdout
        assert done.stderr.count("does not answer. Start it") == 1


@pytest.fixture
def base_and_told(
    server: Server, tmp_path: Path, small_base: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[KnowledgeBase, list[str]]]:
    """A knowledge base whose model is the server's, and what it tells."""
    own_state(tmp_path / "state", monkeypatch)
    shutil.copytree(small_base / "vault", tmp_path / "vault")
    settings = load_settings(start=small_base)
    told: list[str] = []
    models = replace(settings.models, url=server.url, key=KEY)
    base = KnowledgeBase(replace(settings, vault=tmp_path / "vault", models=models), notice=told.append)
    yield base, told
    base.close()


def test_a_summary_is_made_without_the_model(
    base_and_told: tuple[KnowledgeBase, list[str]], server: Server
) -> None:
    base, told = base_and_told
    server.answering = within
    *_, summary = summarize(base, "Quantisation", Cancellation())
    assert isinstance(summary, Summary)
    assert {point.verdict for point in summary.points} == {"quoted"}
    assert not summary.overview
    (line,) = told
    assert "CUDA out of memory" in line
    assert KEY not in line


def test_the_tutor_asks_without_the_model(
    base_and_told: tuple[KnowledgeBase, list[str]], server: Server
) -> None:
    base, told = base_and_told
    server.answering = alone
    with (base.settings.vault / "Learning" / "Spaced repetition.md").open("a", encoding="utf-8") as note:
        note.write("\nWhere did Ebbinghaus teach?::Berlin\n\nWhen did he describe the curve?::1885\n")
    session = TutorSession(base)
    asked = [*session.open("Spaced repetition", Cancellation())]
    for reply in ("perhaps bread", "no idea", "/skip", "perhaps bread", "no idea", "/skip", "perhaps bread"):
        asked += session.reply(reply, Cancellation())
    assert len(server.asked) == 1
    assert any(isinstance(event, Said) and "?" in event.markdown for event in asked)
    assert len([line for line in told if "CUDA out of memory" in line]) == 1


def test_a_judge_that_fails_has_no_opinion(
    base_and_told: tuple[KnowledgeBase, list[str]], server: Server
) -> None:
    from kb.answering.verifier.verifier import LanguageModelVerifier, calibrations_folder

    base, told = base_and_told
    server.answering = within
    hits = base.search("token")
    assert hits
    judge = LanguageModelVerifier(
        base.models.language, calibrations_folder(base.settings.state), told.append, owned=False
    )
    assert judge.answers("What is a mill?", numbered([]), None) is None
    assert judge.supports("A mill is old.", numbered([]), None) is None
    assert not list(calibrations_folder(base.settings.state).glob("*")), "nothing is remembered of it"
    assert len(told) == 1
    assert "CUDA out of memory" in told[0]


def test_an_answer_within_a_chat_goes_on(
    base_and_told: tuple[KnowledgeBase, list[str]], server: Server
) -> None:
    base, told = base_and_told
    server.answering = status
    for _ in range(2):
        *_, last = base.ask(QUESTION)
        assert isinstance(last, Finished)
        assert "Ebbinghaus" in last.answer.text
    assert len(told) == 2, "each question is told of"
