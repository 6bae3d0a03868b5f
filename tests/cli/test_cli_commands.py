"""The commands as a person uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import run_kb, write_notes

pytestmark = pytest.mark.slow


def test_help_fits_a_screen_and_groups_the_commands(tmp_path: Path) -> None:
    shown = run_kb("--help", cwd=tmp_path).stdout
    assert len(shown.splitlines()) <= 66
    assert max(map(len, shown.splitlines())) <= 80
    assert "Ask and search" in shown


def test_init_index_search(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", {"Bees.md": "# Bees\n\nA queen bee lives three to five years.\n"})
    assert run_kb("init", "notes", cwd=tmp_path).returncode == 0
    done = run_kb("index", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 added" in done.stdout
    assert "1 unchanged" in run_kb("index", cwd=tmp_path).stdout
    assert "Bees.md:" in run_kb("search", "queen", cwd=tmp_path).stdout
    assert "Bees.md:" in run_kb("search", "queen", cwd=tmp_path / "notes").stdout


def test_init_keeps_the_index_out_of_the_notes(tmp_path: Path) -> None:
    write_notes(tmp_path, {"Bees.md": "Bees."})
    assert run_kb("init", cwd=tmp_path).returncode == 0
    assert run_kb("index", cwd=tmp_path).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Bees.md", "kb.toml"]


def test_control_characters_of_a_note_never_reach_the_terminal(tmp_path: Path) -> None:
    write_notes(
        tmp_path / "vault",
        {"Trap.md": "# Trap\n\nA lobster \x1b]0;owned\x07 pot \x1b[31m red \u202e back.\n"},
    )
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n')
    assert run_kb("index", cwd=tmp_path).returncode == 0
    for words in (("search", "lobster"), ("search", "lobster", "--json")):
        shown = run_kb(*words, cwd=tmp_path).stdout
        assert "lobster" in shown
        assert not any(character in shown for character in "\x1b\x07\u202e")


def test_a_way_of_searching_that_could_not_run_is_told_with_its_reason(small_base: Path) -> None:
    assert "Not searched by words: the query has no words." in run_kb("search", "…", cwd=small_base).stderr
    filtered = run_kb("search", "tag:models", cwd=small_base).stdout
    assert "Quantisation.md" in filtered
    assert "Not searched" not in filtered


def test_an_emoji_is_a_word(small_base: Path) -> None:
    done = run_kb("search", "🫖", cwd=small_base)
    assert done.returncode == 1
    assert 'No note has "🫖".' in done.stderr


def test_ask_shows_the_answer_then_its_sources(small_base: Path) -> None:
    done = run_kb("ask", "Who", "described", "the", "forgetting", "curve?", cwd=small_base)
    assert done.returncode == 0, done.stderr
    answer, sources, *_ = done.stdout.split("\n\n")
    assert "Ebbinghaus" in answer
    assert "[1]" in answer
    assert sources.startswith("[1] Learning/Spaced repetition.md:3")


def test_ask_names_the_nearest_notes_when_none_answers(small_base: Path) -> None:
    done = run_kb("ask", "Which team won the football league last year?", cwd=small_base)
    assert done.returncode == 0
    assert "don't answer this" in done.stdout
    assert "Nearest notes" in done.stdout
