"""The proof for real: three processes, three copies, edits on each, a server that is killed and started again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.indexing.three_machines import run


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_three_machines_equal_a_new_build_and_embed_each_passage_once(tmp_path: Path) -> None:
    done = run(tmp_path, rounds=2, notes=24)
    assert done.wrong == []
    assert done.server_kills == 2
    assert len(done.killed) == 1
    assert done.passages >= 72


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2])
def test_three_machines_through_many_kills(tmp_path: Path, seed: int) -> None:
    done = run(tmp_path, rounds=8, notes=150, seed=seed)
    assert done.wrong == []
    assert done.repeated <= len(done.killed) * 256, "at most a batch for each kill"
