"""Greetings, thanks and calls for help get guidance; a question never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.answering.question.small_talk import is_small_talk
from tests.support import run_kb, write_notes

HERE = ("--vault", "vault", "--index", "index")


@pytest.mark.parametrize(
    "text",
    ["hi", "Hi!", "Hello there.", "thanks", "Thank you!", "HELP", "help?", "What can you do?", "Who are you?",
     "Danke schön!", "Hallo", "merci", "À l’aide !", "¡Hola!", "gracias", "你好", "谢谢！", "ありがとう", "привет", "  ok  "],
)  # fmt: skip
def test_what_asks_nothing_of_the_notes(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    ["Who helps me with the roof?", "hi-fi manual", "Thanksgiving menu", "What did Ana thank me for?", "help desk number",
     "hola recipe", "谢谢卡片在哪里", "", "?", "ok google setup"],
)  # fmt: skip
def test_what_may_be_a_question(text: str) -> None:
    assert not is_small_talk(text)


@pytest.mark.slow
def test_a_greeting_gets_guidance_unless_a_note_bears_that_name(tmp_path: Path) -> None:
    write_notes(
        tmp_path / "vault",
        {"Roof.md": "# Roof\n\nNew tiles in May.\n", "Help.md": "# Help\n\nRing Ana first.\n"},
    )
    run_kb("index", *HERE, cwd=tmp_path)
    greeted = run_kb("ask", "hello", *HERE, cwd=tmp_path)
    assert greeted.stdout.startswith("Ask a question that your notes may answer")
    assert "Roof" not in greeted.stdout
    assert "Help.md" in run_kb("ask", "help", *HERE, cwd=tmp_path).stdout


@pytest.mark.slow
def test_an_empty_vault_says_so(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    run_kb("index", *HERE, cwd=tmp_path)
    assert "There are no notes yet." in run_kb("ask", "Where is the key?", *HERE, cwd=tmp_path).stdout
