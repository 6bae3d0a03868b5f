"""Help, versions and settings from the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from kb.cli.app import app
from kb.cli.help import TOPICS
from tests.support import run_kb


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


def test_help_says_what_to_write_not_its_type(small_base: Path) -> None:
    for words in ((), ("search",), ("models", "get"), ("quiz",)):
        shown = run_kb(*words, "--help", cwd=small_base).stdout
        assert "Usage: kb" in shown
        assert not re.search(r"<(?:bool|str|int|list|float|path)\b", shown), shown


@pytest.mark.parametrize("topic", TOPICS)
def test_topics_have_help(tmp_path: Path, topic: str) -> None:
    assert TOPICS[topic] in run_kb("help", topic, cwd=tmp_path).stdout


def test_help_knows_commands_and_near_names(tmp_path: Path) -> None:
    assert "Usage: kb models get" in run_kb("help", "models", "get", cwd=tmp_path).stdout
    assert "Usage: kb [OPTIONS]" in run_kb("help", cwd=tmp_path).stdout
    wrong = run_kb("help", "serch", cwd=tmp_path)
    assert (wrong.returncode, "Did you mean search?" in wrong.stderr) == (2, True)


def test_the_version_has_a_short_option(tmp_path: Path) -> None:
    assert run_kb("-V", cwd=tmp_path).stdout.startswith("kb 0.")


def test_settings_are_seen_and_changed(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    file = tmp_path / "kb.toml"
    file.write_text('# mine\nvault = "vault"\n', encoding="utf-8")

    def kb(*words: str, **variables: str) -> Any:
        return run_kb("config", *words, cwd=tmp_path, XDG_STATE_HOME=str(tmp_path / "state"), **variables)

    assert kb("set", "answers.style", "short").returncode == 0
    assert kb("set", "answers.quotes", "5").returncode == 0
    assert file.read_text(encoding="utf-8").startswith('# mine\nvault = "vault"\n')
    assert kb("get", "answers.quotes").stdout == "5\n"
    assert "default: full" in kb().stdout
    for words, said in (
        (("set", "answers.quotes", "many"), "whole number"),
        (("set", "answers.style", "loud"), "one of: full, short, quotes"),
        (("set", "answer.style", "short"), "Did you mean answers.style?"),
        (("get", "nonsense"), "kb config"),
    ):
        done = kb(*words)
        assert done.returncode != 0
        assert said in done.stderr
    assert "is fine" in kb("edit", EDITOR="true", VISUAL="").stderr
    assert "5" in file.read_text(encoding="utf-8")


def test_a_question_comes_from_stdin(small_base: Path) -> None:
    done = run_kb(
        "ask",
        "-",
        "--json",
        "--style",
        "quotes",
        cwd=small_base,
        input="Who described\nthe forgetting curve?\n",
    )
    assert '"question": "Who described the forgetting curve?"' in done.stdout
