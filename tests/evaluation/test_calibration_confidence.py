"""A threshold is fitted to the confidence that answers have, not to another."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from kb.answering.answerer import Answerer
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from tests.support import NOTES, write_notes


def test_how_sure_kb_is_is_measured_as_it_answers(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    with KnowledgeBase(Settings(tmp_path / "vault", tmp_path / "index")) as base:
        base.index()
        with closing(Answerer(base)) as answerer:
            for question in ("Why is the curve forgotten?", "What does a yacht cost in Oslo?"):
                hits = base.retriever.search(question, base.settings.answers.passages, per_note=None)
                sure = base.answer(question).confidence
                assert answerer.confidence(question, hits) == pytest.approx(sure, abs=1e-3), question
