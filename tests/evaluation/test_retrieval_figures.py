from pathlib import Path

import pytest

from kb.evaluation.grep import GrepBaseline
from kb.evaluation.questions import GoldQuestion
from kb.evaluation.retrieval import judge_retrieval
from tests.support import NOTES, write_notes

ASKED = GoldQuestion("1", "What is a token?", ("a piece of text",), ("Tokens.md",), unanswerable=False)
TRICK = GoldQuestion("2", "Who invented tea?", (), (), unanswerable=True)


@pytest.mark.parametrize(
    ("ranking", "ndcg", "mrr"),
    [(["Tokens.md"], 1.0, 1.0), (["a.md", "a.md", "Tokens.md"], 0.6309, 0.5), ([], 0.0, 0.0)],
)
def test_a_gold_note_counts_by_its_rank_among_notes(ranking: list[str], ndcg: float, mrr: float) -> None:
    figures = judge_retrieval([ASKED, TRICK], lambda _: ranking)
    assert figures.questions == 1
    assert (figures.ndcg, figures.mrr) == (pytest.approx(ndcg, abs=1e-4), mrr)  # type: ignore[comparison-overlap]


def test_grep_ranks_files_by_distinct_words(tmp_path: Path) -> None:
    write_notes(tmp_path, NOTES)
    assert GrepBaseline(tmp_path).rank("byte-pair encoding of tokens")[0] == "Tokens.md"
    assert GrepBaseline(tmp_path).rank("🫖") == []
