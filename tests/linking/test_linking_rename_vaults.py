"""Random renames of every sort: no link is lost, none means another thing, and the way back is exact to the byte."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kb.errors import KbError
from kb.linking.renaming.relinking import Renamed
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, names_of
from kb.notes.vault import Vault
from kb.notes.written import parts_of
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


@pytest.mark.parametrize("sort", SORTS)
def test_trials_notice_every_link_that_is_lost(tmp_path: Path, sort: str) -> None:
    trial = made(tmp_path, 5)
    done, place = renamed(trial, sort)
    assert not trial._lost(done, place)
    spoilt = 0
    for path, before, after in spoilt_links(trial):
        file = trial.root / path
        file.write_text(after)
        assert trial._lost(done, place), (done.old, done.new, path, before)
        file.write_text(before)
        spoilt += 1
    assert spoilt > 20


def renamed(trial: Trial, sort: str) -> tuple[Renamed, Callable[[str], str]]:
    """The first random rename of a sort that is not refused and leaves nothing to be done by hand."""
    trial.sort = sort
    while True:
        _, work, place = getattr(trial, f"_{sort}")()
        with suppress(KbError):
            done = work(trial.context)
            if not done.left:
                return done, place
            trial.context.journal.undo()


def spoilt_links(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """(path, text, text in which one link that led to a note leads nowhere)."""
    vault = Vault(trial.root)
    notes = [parse_note(file.path, vault.read(file.path).text) for file in vault.scan()]
    resolver = LinkResolver(map(names_of, notes))
    for note in notes:
        for link in note.links:
            parts = parts_of(note.text, link)
            if parts is None or resolver.resolve(link, note.path).status != "resolved":
                continue
            span = parts.path_span if parts.path else parts.anchor_span
            if span is not None and span.start < span.end:
                yield note.path, note.text, f"{note.text[: span.start]}nowhere{note.text[span.end :]}"


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
