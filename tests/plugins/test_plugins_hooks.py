"""What a plugin can add beyond modes and commands, and what it hears, over a real knowledge base."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb.errors import PluginError
from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Cancellation, Done, Mode, Said
from kb.plugin_host import PluginHost
from kb.plugin_trust import plugin_request
from kb.settings import ModelSettings, RetrievalSettings, Settings
from tests.support import run_kb

PLUGIN = """
import json, pathlib
from kb.plugin_api import Exporter, ModelSource, Panel, Searcher, hookimpl

FILE = pathlib.Path(__file__).parent.parent / "heard.jsonl"

def hear(*words):
    with FILE.open("a") as file:
        file.write(json.dumps(words) + "\\n")

class Parrot:
    name = "parrot"
    context = 4096
    def stream(self, messages, options=None, cancellation=None):
        yield "Polly."
    def complete(self, messages, options=None, cancellation=None):
        return "Polly."
    def count_tokens(self, text):
        return len(text.split())
    def close(self):
        pass

@hookimpl
def kb_searchers():
    return [Searcher("backwards", lambda base, query, hits: list(reversed(hits)))]

@hookimpl
def kb_models():
    return [ModelSource("parrot", lambda settings, path: Parrot())]

@hookimpl
def kb_panels():
    return [Panel("clock", "Clock", lambda base: None)]

@hookimpl
def kb_exporters():
    return [Exporter("titles", "Titles", lambda base, file: file.write_text(
        "\\n".join(note.title for note in base.catalog.notes())))]

@hookimpl
def kb_note_indexed(path):
    hear("indexed", path)

@hookimpl
def kb_answer_finished(answer):
    hear("answered", answer.question)

@hookimpl
def kb_session_ended(mode, turns):
    hear("ended", mode, turns)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A knowledge base with a trusted plugin of its own."""
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "Tea.md").write_text(
        "# Tea\n\nOolong is half oxidised.\n\n## Pot\n\nA pot holds oolong.\n"
    )
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "many.py").write_text(PLUGIN)
    host = PluginHost(tmp_path, tmp_path / "state")
    host.trust.add(tmp_path, plugin_request(tmp_path / "plugins"))  # type: ignore[arg-type]
    yield tmp_path
    sys.dont_write_bytecode = False


def opened(root: Path, **settings: Any) -> tuple[KnowledgeBase, PluginHost]:
    host = PluginHost(root, root / "state")
    plain = Settings(vault=root / "vault", index=root / "index", root=root)
    base = KnowledgeBase(replace(plain, **settings), lambda: host)
    base.index()
    return base, host


def heard(root: Path) -> list[list[object]]:
    return [json.loads(line) for line in (root / "heard.jsonl").read_text().splitlines()]


def test_plugins_hear_of_notes_answers_and_sessions(root: Path) -> None:
    base, host = opened(root, models=ModelSettings(plugin="parrot"))
    list(base.ask("How oxidised is oolong?"))
    session = host.session(base, host.modes["ask"])
    list(session.reply("How oxidised is oolong?", Cancellation()))
    session.close()
    session.close()
    base.index()
    base.close()
    question = "How oxidised is oolong?"
    assert heard(root) == [
        ["indexed", "Tea.md"],
        ["answered", question],
        ["answered", question],
        ["ended", "ask", 1],
    ]


def test_a_searcher_named_in_the_settings_reorders_hits(root: Path) -> None:
    base, _ = opened(root)
    plain = [hit.passage.id for hit in base.search("oolong")]
    base.close()
    base, _ = opened(root, retrieval=RetrievalSettings(searcher="backwards"))
    assert [hit.passage.id for hit in base.search("oolong")] == plain[::-1]
    base.close()


def test_a_searcher_that_no_plugin_offers_is_an_error(root: Path) -> None:
    base, _ = opened(root, retrieval=RetrievalSettings(searcher="nope"))
    with pytest.raises(PluginError, match=r"kb.toml asks for 'nope'.*backwards"):
        base.search("oolong")
    base.close()


def test_panels_and_exporters_are_found(root: Path) -> None:
    base, host = opened(root)
    assert list(host.panels) == ["clock"]
    host.export(base, host.exporters["titles"], root / "titles.txt")
    base.close()
    assert (root / "titles.txt").read_text() == "Tea"


class Broken:
    def __init__(self, base: KnowledgeBase) -> None:
        pass

    def open(self, argument: str, cancellation: Cancellation) -> Iterator[Any]:
        yield Said("begun")

    def reply(self, text: str, cancellation: Cancellation) -> Iterator[Any]:
        yield Said("half")
        raise ZeroDivisionError("oops")

    def close(self) -> None:
        raise RuntimeError("never mind")


def test_a_session_that_raises_costs_its_turn_and_always_ends_with_done(root: Path) -> None:
    base, host = opened(root)
    session = host.session(base, Mode("broken", "Broken", "Breaks", "", Broken))  # type: ignore[arg-type]
    assert list(session.open("", Cancellation())) == [Said("begun"), Done()]
    with pytest.raises(PluginError, match="ZeroDivisionError: oops"):
        list(session.reply("x", Cancellation()))
    with pytest.raises(PluginError, match="never mind"):
        session.close()
    base.close()


def test_kb_plugins_trust_and_withdraw(root: Path) -> None:
    (root / "kb.toml").write_text('vault = "vault"\nindex = "index"\n')
    state = {"XDG_STATE_HOME": str(root / "other-state")}
    assert "untrusted" in run_kb("plugins", cwd=root, **state).stdout
    assert run_kb("plugins", "trust", cwd=root, **state).returncode == 0
    assert "searcher backwards" in run_kb("plugins", cwd=root, **state).stdout
    assert run_kb("plugins", "trust", "--withdraw", cwd=root, **state).returncode == 0
    assert "untrusted" in run_kb("plugins", cwd=root, **state).stdout
