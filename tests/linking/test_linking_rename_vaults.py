"""Random renames of every sort: no link is lost, none means another thing, and the way back is exact to the byte."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.linking.rename_trials import SORTS, VAULTS, Trial, generated, sample
from tests.support import write_notes

NAMES = ["foam-docs", "kepano-obsidian", "logseq-docs", "obsidian-tasks-docs"]
here = pytest.mark.skipif(not VAULTS.is_dir(), reason="../shared/vaults is not here")


def made(folder: Path, seed: int) -> Trial:
    write_notes(folder / "vault", generated(seed))
    return Trial(folder / "vault", folder / "state", random.Random(seed))


def taken(folder: Path, name: str, sort: str, seed: int, size: int) -> Trial:
    chance = random.Random(f"{name} {sort} {seed}")
    notes, files = sample(name, chance, size, sort)
    for path, text in notes.items():
        file = folder / "vault" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    for path in files:
        file = folder / "vault" / path
        if file.parent.is_dir():
            file.write_bytes(b"a file")
    return Trial(folder / "vault", folder / "state", chance)


@pytest.mark.parametrize("sort", SORTS)
def test_no_rename_loses_a_link_in_made_vaults(tmp_path: Path, sort: str) -> None:
    for seed in range(2):
        trial = made(tmp_path / str(seed), seed)
        trial.run(sort, 6)
    assert trial.done, trial.refused


@here
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_rename_loses_a_link(tmp_path: Path, name: str) -> None:
    for sort in SORTS:
        taken(tmp_path / sort, name, sort, seed=0, size=12).run(sort, 2)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("sort", SORTS)
def test_two_thousand_renames_lose_no_link(tmp_path: Path, sort: str) -> None:
    names = NAMES if VAULTS.is_dir() else []
    done = left = 0
    for seed in range(20):
        trials = [taken(tmp_path / f"{name}{seed}", name, sort, seed, 30) for name in names]
        for trial in [*trials, made(tmp_path / f"made{seed}", seed)]:
            trial.run(sort, 25)
            done, left = done + trial.done, left + trial.left
            print(sort, seed, "done", done, "left by hand", left, dict(trial.refused.most_common(3)))
