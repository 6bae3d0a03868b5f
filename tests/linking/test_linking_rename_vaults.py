"""Random renames in real vaults: no link is lost, none means another note, and the way back is exact."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kb.errors import KbError
from kb.linking.rename_part import heading_change
from kb.linking.rename_tag import renamed_tag, tag_edits, tags_proved
from kb.notes.parse import parse_note
from kb.notes.renames import Renames
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


def check_headings(name: str, seed: int, count: int, size: int = 30) -> None:
    """`count` renames of a heading: links to it follow, all others stay, and the way back is exact."""
    chance = random.Random(seed)
    whole, files = load(name)
    linked = sorted(path for path in whole if "\n#" in whole[path])
    for number in range(count):
        path = chance.choice(linked)
        notes = dict(chance.sample(sorted(whole.items()), min(size, len(whole)))) | {path: whole[path]}
        note = parse_note(path, whole[path])
        section = chance.choice(note.sections) if note.sections else None
        if section is None:
            continue
        try:
            renames, edit = heading_change(note, section.title, f"{chance.choice(PARTS).strip()} {number}")
        except KbError:
            continue  # two headings of one name, or a heading that no link can hold
        after, left = rename(notes, renames, files, own={path: (edit,)})
        assert not lost(notes, after, renames, left, files), (name, seed, number, path, section.title)
        assert not left, (name, seed, number, path, section.title)


def check_tags(name: str, seed: int, count: int) -> None:
    """`count` renames of a tag: every note has the new one where it had the old, and is the same otherwise."""
    chance = random.Random(seed)
    notes = [parse_note(path, text) for path, text in load(name)[0].items()]
    tags = sorted({tag.name for note in notes for tag in note.tags})
    for _ in range(count if tags else 0):
        old, new = chance.choice(tags), chance.choice(["plot", "plot/beds", "a-b_c", "茶"])
        for note in notes:
            if any(renamed_tag(tag.name, old, new) for tag in note.tags):
                edits = tuple(tag_edits(note, old, new))
                assert tags_proved(note, edits, old, new), (note.path, old, new)


@pytest.mark.parametrize("name", [name for name in NAMES if (VAULTS / name).is_dir()])
def test_no_rename_of_a_heading_or_tag_loses_anything(name: str) -> None:
    check_headings(name, seed=3, count=3, size=15)
    check_tags(name, seed=4, count=2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", [name for name in NAMES if (VAULTS / name).is_dir()])
def test_two_thousand_renames_of_headings_and_of_tags(name: str) -> None:
    check_headings(name, seed=5, count=2_000)
    check_tags(name, seed=6, count=200)


@pytest.mark.parametrize("name", [name for name in NAMES if (VAULTS / name).is_dir()])
def test_no_rename_loses_a_link(name: str) -> None:
    assert check(name, seed=1, count=5, size=20) <= 2


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", [name for name in NAMES if (VAULTS / name).is_dir()])
def test_two_thousand_renames_lose_no_link(name: str) -> None:
    check(name, seed=2, count=2_000)
