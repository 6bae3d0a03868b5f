"""The one way in, from Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.answering.events import Finished, QuotesFound, SentenceChecked
from kb.errors import QuestionTooLong
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture
def base(small_base: Path) -> Iterator[Any]:
    base = KnowledgeBase(Settings(vault=small_base / "vault", index=small_base / "index"))
    yield base
    base.close()


def test_search_gives_passages_with_their_place(base: KnowledgeBase) -> None:
    best = base.search("forgetting curve", limit=1)[0]
    assert best.passage.note_path == "Learning/Spaced repetition.md"
    assert 0 < best.score <= 1


def test_an_answer_is_told_as_it_is_made(base: KnowledgeBase) -> None:
    events = list(base.ask("Who described the forgetting curve?"))
    kinds = [type(event) for event in events]
    assert kinds.index(QuotesFound) < kinds.index(SentenceChecked) < kinds.index(Finished) == len(kinds) - 1


@pytest.mark.slow
def test_llama_index_programs_can_use_the_model(small_base: Path) -> None:
    program = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from pathlib import Path\n"
        "from kb.knowledge_base import KnowledgeBase\n"
        "from kb.settings import Settings\n"
        f"base = KnowledgeBase(Settings(vault=Path({str(small_base / 'vault')!r}), index=Path('unused')))\n"
        "print(base.as_llm().complete('Say hello.').text)\n"
        "base.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip()


@pytest.mark.parametrize("ask", ["ask", "search", "select"])
def test_a_question_has_a_bound(base: KnowledgeBase, ask: str) -> None:
    with pytest.raises(QuestionTooLong, match="at most 4,000"):
        list(getattr(base, ask)("a difference between " * 200))
