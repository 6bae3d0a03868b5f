"""No kill, at whatever moment, costs more than the time to go on."""

from __future__ import annotations

import pytest

from tests.indexing.kills import kill_kb, kill_plain_chroma


@pytest.mark.slow
def test_a_few_kills_are_healed() -> None:
    assert kill_kb(kills=6, notes=200, seed=7) == 0


@pytest.mark.soak
def test_two_hundred_kills_are_healed_and_plain_chroma_breaks() -> None:
    assert kill_kb(kills=200, notes=2500, seed=1) == 0
    assert any(kill_plain_chroma(kills=60, seed=seed) for seed in range(4))
