"""`kb search`, and from a result to the note: `kb open`, `kb edit`, `kb pick`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kb.cli.render.places import address
from kb.editor import editor_command
from tests.support import run_kb
from tests.terminal import Terminal, kb_in_terminal


def test_a_word_that_no_note_has_is_said_so(small_base: Path) -> None:
    done = run_kb("search", "zzzz", cwd=small_base)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'No note has "zzzz".' in done.stderr
    done = run_kb("search", "Ebinghaus", cwd=small_base)
    assert 'No note has "ebinghaus". Did you mean ebbinghaus?' in done.stderr


def test_nothing_found_is_a_failure_as_with_grep(small_base: Path) -> None:
    for words in (("tag:nosuch",), ("tag:nosuch", "--json"), ("token", "--path", "nowhere")):
        assert run_kb("search", *words, cwd=small_base).returncode == 1
    assert run_kb("search", "token", cwd=small_base).returncode == 0


def test_results_begin_with_their_place_and_title(small_base: Path) -> None:
    first, second, *_ = run_kb("search", "forgetting", "-n", "1", cwd=small_base).stdout.splitlines()
    assert first == "Learning/Spaced repetition.md:3  Spaced repetition"
    assert second.startswith("    Spaced repetition reviews a fact")


def test_matches_are_marked_and_places_linked_on_a_terminal(small_base: Path) -> None:
    with kb_in_terminal("search", "forgetting", "-n", "1", cwd=small_base) as terminal:
        assert terminal.end() == 0
    assert "\x1b[1;31mforgetting\x1b[0m" in terminal.shown
    assert (small_base / "vault" / "Learning" / "Spaced%20repetition.md").as_uri().replace(
        "%25", "%"
    ) in terminal.shown


def test_obsidian_opens_what_is_obsidians(tmp_path: Path) -> None:
    assert address(tmp_path, "A b.md").startswith("file:///")
    (tmp_path / ".obsidian").mkdir()
    assert address(tmp_path, "A b.md").startswith("obsidian://open?path=%2F")
    assert address(tmp_path, "A b.md").endswith("A%20b.md")


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("nano", ["nano", "+12", "A.md"]),
        ("code --wait", ["code", "--wait", "--goto", "A.md:12"]),
        ("hx", ["hx", "A.md:12"]),
    ],
)
def test_editors_are_told_the_line(editor: str, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor)
    assert editor_command(Path("A.md"), 12) == command


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("edit", "spaced repetition"), "+1 {}/vault/Learning/Spaced repetition.md"),
        (("edit", "Tokens.md:3"), "+3 {}/vault/Tokens.md"),
        (("search", "token", "-n", "1", "--open"), "+3 {}/vault/Tokens.md"),
    ],
)
def test_notes_are_opened_in_the_editor(small_base: Path, words: tuple[str, ...], shown: str) -> None:
    done = run_kb(*words, cwd=small_base, EDITOR="echo", VISUAL="")
    assert done.returncode == 0, done.stderr
    assert shown.format(small_base) in done.stderr  # only kb writes to stdout


def test_an_editor_that_is_missing_costs_a_sentence(small_base: Path) -> None:
    done = run_kb("edit", "Tokens", cwd=small_base, EDITOR="no-such-editor", VISUAL="")
    assert done.returncode == 1
    assert "Set EDITOR" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_note_is_picked_while_typing(small_base: Path, tmp_path: Path) -> None:
    refused = run_kb("pick", cwd=small_base)
    assert refused.returncode == 2
    assert "needs a terminal" in refused.stderr
    out = tmp_path / "out"
    with (
        out.open("w") as stdout,
        Terminal([sys.executable, "-m", "kb", "pick", "byte-pair"], small_base, stdout) as terminal,
    ):
        terminal.wait_for("vocabulary")
        terminal.type("\r")
        assert terminal.end() == 0
    assert out.read_text() == "Tokens.md:3\n"


def test_titles_and_tags_are_completed(small_base: Path) -> None:
    for words, offered in (("kb edit Spa", "Spaced repetition"), ("kb search --tag mod", "models")):
        completed = run_kb(
            cwd=small_base, _KB_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
        )
        assert offered in completed.stdout
