"""Random renames in real vaults: no link is lost, none means another note, and the way back is exact."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kb.notes.relink import Renames
from kb.notes.vault import Vault
from tests.linking.renaming import Texts, lost, rename

VAULTS = Path(__file__).parents[2].parent / "shared" / "vaults"
NAMES = ["kb-docs", "foam-docs", "kepano-obsidian", "logseq-docs", "obsidian-tasks-docs"]
# What names are made of, with what has a meaning in some link.
PARTS = ["Tea", "green tea", "Öl", "茶", "a (b)", "it's", "v1.2", "50%", "a&b", "x_y", "a$b", "a`b", "É"]

pytestmark = pytest.mark.skipif(not VAULTS.is_dir(), reason="../shared/vaults is not here")


def load(name: str) -> tuple[Texts, tuple[str, ...]]:
    vault = Vault(VAULTS / name)
    return {file.path: vault.read(file.path).text for file in vault.scan()}, tuple(vault.attachments())


def some_rename(chance: random.Random, notes: Texts, files: tuple[str, ...]) -> Renames:
    """A note or a folder gets another name, another place or both."""
    folders = sorted({path.rpartition("/")[0] for path in notes} - {""})
    if folders and chance.random() < 0.3:
        old = chance.choice(folders)
        new = chance.choice(["", "archive/"]) + chance.choice(PARTS).strip() + str(chance.randrange(100))
        paths = {path: new + path[len(old) :] for path in notes if path.startswith(f"{old}/")}
        return Renames(paths, {path: new + path[len(old) :] for path in files if path.startswith(f"{old}/")})
    old = chance.choice(sorted(notes))
    folder = chance.choice([*folders, "", "new place"])
    name = chance.choice([old.rpartition("/")[2].removesuffix(".md"), chance.choice(PARTS).strip()])
    name = name.swapcase() if chance.random() < 0.1 else name
    new = f"{folder}/{name}.md".lstrip("/")
    return Renames({} if new in notes or new == old else {old: new})


def check(name: str, seed: int, count: int, size: int = 30) -> int:
    """`count` renames in a part of the vault; the number of links left to do by hand."""
    chance = random.Random(seed)
    whole, files = load(name)
    by_hand = 0
    for number in range(count):
        notes = dict(chance.sample(sorted(whole.items()), min(size, len(whole))))
        renames = some_rename(chance, notes, files)
        after, left = rename(notes, renames, files)
        assert not lost(notes, after, renames, left, files), (name, seed, number, renames.paths)
        by_hand += len(left)
        assert set(after) == {renames.path(path) for path in notes}
    return by_hand


@pytest.mark.parametrize("name", [name for name in NAMES if (VAULTS / name).is_dir()])
def test_no_rename_loses_a_link(name: str) -> None:
    assert check(name, seed=1, count=8) <= 2


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", [name for name in NAMES if (VAULTS / name).is_dir()])
def test_two_thousand_renames_lose_no_link(name: str) -> None:
    check(name, seed=2, count=2_000)
