"""Help, versions and settings from the command line."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from kb.cli.app import app
from kb.cli.commands.help import TOPICS
from kb.cli.main import run
from kb.cli.prompt import words_or_stdin


def commands(group: Any, context: Any, *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if getattr(command, "commands", None):
            yield from commands(command, context, *above, name)
        else:
            yield (*above, name), command


def every_command() -> list[tuple[tuple[str, ...], Any]]:
    group = typer.main.get_command(app)
    return list(commands(group, group.make_context("kb", [], resilient_parsing=True)))


def test_every_command_has_an_example() -> None:
    without = [" ".join(name) for name, command in every_command() if "or example: " not in command.help]
    assert without == []


Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def kb(capsys: Printed, *words: str) -> tuple[int, str]:
    """Exit status and all that is printed, in this process: help opens no knowledge base."""
    status = run(list(words))
    printed = capsys.readouterr()
    return status, printed.out + printed.err


@pytest.mark.parametrize("words", [(), ("search",), ("models", "get"), ("quiz",)])
def test_help_says_what_to_write_not_its_type(capsys: Printed, words: tuple[str, ...]) -> None:
    _, shown = kb(capsys, *words, "--help")
    assert "Usage: kb" in shown
    assert not re.search(r"<(?:bool|str|int|list|float|path)\b", shown), shown


@pytest.mark.parametrize("topic", TOPICS)
def test_topics_have_help(capsys: Printed, topic: str) -> None:
    assert TOPICS[topic] in kb(capsys, "help", topic)[1]


def test_help_knows_commands_and_near_names(capsys: Printed) -> None:
    assert "Usage: kb models get" in kb(capsys, "help", "models", "get")[1]
    assert "Usage: kb [OPTIONS]" in kb(capsys, "help")[1]
    status, shown = kb(capsys, "help", "serch")
    assert status == 2
    assert "Did you mean search?" in shown


def test_the_version_has_a_short_option(capsys: Printed) -> None:
    assert kb(capsys, "-V")[1].startswith("kb 0.")


def test_settings_are_seen_and_changed(
    capsys: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("VISUAL", "true")
    (tmp_path / "vault").mkdir()
    file = tmp_path / "kb.toml"
    file.write_text('# mine\nvault = "vault"\n', encoding="utf-8")
    assert kb(capsys, "config", "set", "answers.style", "short")[0] == 0
    assert kb(capsys, "config", "set", "answers.quotes", "5")[0] == 0
    assert file.read_text(encoding="utf-8").startswith('# mine\nvault = "vault"\n')
    assert kb(capsys, "config", "get", "answers.quotes") == (0, "5\n")
    assert "default: full" in kb(capsys, "config")[1]
    for words, said in (
        (("set", "answers.quotes", "many"), "whole number"),
        (("set", "answers.style", "loud"), "one of: full, short, quotes"),
        (("set", "answer.style", "short"), "Did you mean answers.style?"),
        (("get", "xyzzy"), "kb config"),
    ):
        status, shown = kb(capsys, "config", *words)
        assert status != 0
        assert said in shown
    assert "is fine" in kb(capsys, "config", "edit")[1]


@pytest.mark.parametrize(
    ("words", "stdin", "question"),
    [
        (["-"], "Who described\nit?\n", "Who described it?"),
        (["Who", "-"], "x", "Who -"),
        (["a b"], "", "a b"),
    ],
)
def test_a_question_comes_from_stdin(
    words: list[str], stdin: str, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    assert words_or_stdin(words) == question
