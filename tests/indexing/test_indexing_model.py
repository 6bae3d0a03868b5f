"""Whatever is done to the notes, in whatever order: afterwards the index is what a new one would be."""

from __future__ import annotations

import os
import random
import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytest

from kb.errors import IndexLocked, VaultEmpty
from kb.indexing.embedder import Embedder
from kb.indexing.index import Index
from kb.indexing.sync import SyncOptions
from kb.indexing.watch import Paused
from kb.notes.vault import Vault
from tests.indexing.watching import Watched, differences, until, watched
from tests.support import HashingEmbedder

WORDS = "river stone harbour candle winter ladder copper violin garden pepper mirror tunnel Zürich naïve 森林 قلب".split()


class World:
    """A vault and random deeds done to it. The same seed does the same deeds."""

    def __init__(self, vault: Path, seed: int, notes: int) -> None:
        self.vault, self.random = vault, random.Random(seed)
        self.vault.mkdir(parents=True)
        self.count = 0
        for _ in range(notes):
            self.create()

    def act(self) -> None:
        deeds = {
            self.create: 4,
            self.edit: 8,
            self.append: 6,
            self.truncate: 2,
            self.replace_atomically: 6,
            self.rename: 4,
            self.rename_folder: 1,
            self.change_case: 1,
            self.delete: 3,
            self.make_unreadable: 1,
            self.touch: 2,
            self.copy: 2,
            self.attach: 1,
        }
        [deed] = self.random.choices(list(deeds), list(deeds.values()))
        deed()

    def create(self) -> None:
        self.count += 1
        folder = self.vault / self.random.choice(["", "A", "A/B", "C", f"D{self.count % 7}"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.random.choice(WORDS)} {self.count}.md").write_text(self.text(), encoding="utf-8")

    def edit(self) -> None:
        self.any_note().write_text(self.text(), encoding="utf-8")

    def append(self) -> None:
        with self.any_note().open("a", encoding="utf-8") as file:
            file.write(f"\n\n## {self.random.choice(WORDS)}\n\n{self.sentence()}\n")

    def truncate(self) -> None:
        note = self.any_note()
        os.truncate(note, self.random.randrange(note.stat().st_size + 1))

    def replace_atomically(self) -> None:
        note = self.any_note()
        temporary = note.with_name(f".{note.name}.{self.random.randrange(99)}.tmp")
        temporary.write_text(self.text(), encoding="utf-8")
        temporary.replace(note)

    def rename(self) -> None:
        self.count += 1
        note = self.any_note()
        note.rename(self.any_note().with_name(f"{self.random.choice(WORDS)} {self.count}.md"))

    def rename_folder(self) -> None:
        folders = [path for path in self.vault.iterdir() if path.is_dir()]
        if folders:
            self.count += 1
            self.random.choice(sorted(folders)).rename(self.vault / f"E{self.count}")

    def change_case(self) -> None:
        note = self.any_note()
        other = note.with_name(note.stem.swapcase() + ".md")
        if not other.exists():
            note.rename(other)

    def delete(self) -> None:
        if len(self.notes()) > 20:
            self.any_note().unlink()

    def make_unreadable(self) -> None:
        self.any_note().write_bytes(b"\x00\x01\x02" * 100)

    def touch(self) -> None:
        note = self.any_note()
        os.utime(note, ns=(time.time_ns(), note.stat().st_mtime_ns + 1_000_000_000))

    def copy(self) -> None:
        self.count += 1
        shutil.copyfile(self.any_note(), self.vault / f"copy {self.count}.md")

    def attach(self) -> None:
        (self.vault / f"{self.random.choice(WORDS)}.png").write_bytes(b"png")

    def notes(self) -> list[Path]:
        return sorted(self.vault.rglob("*.md"))

    def any_note(self) -> Path:
        notes = self.notes()
        if not notes:
            self.create()
            notes = self.notes()
        return self.random.choice(notes)

    def sentence(self) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randrange(3, 30))).capitalize() + "."

    def text(self) -> str:
        parts = [f"# {self.random.choice(WORDS)}"] if self.random.random() < 0.6 else []
        if self.random.random() < 0.3:
            parts.insert(
                0, f"---\naliases: [{self.random.choice(WORDS)}]\ntags: [{self.random.choice(WORDS)}]\n---"
            )
        for _ in range(self.random.randrange(4)):
            parts.append(self.sentence())
            parts.append(
                f"See [[{self.random.choice(WORDS)} {self.random.randrange(60)}]] ![[{self.random.choice(WORDS)}.png]] "
                f"[[{self.random.choice(WORDS)}]] [x]({self.random.choice(['A/', 'A/B', 'D3', '..'])})"
            )
        return "\n\n".join(parts) + "\n"


def sync_until_in_step(index: Index, vault: Path) -> None:
    try:
        index.sync(Vault(vault), lambda _: None)
    except VaultEmpty:
        index.sync(Vault(vault), lambda _: None, SyncOptions(accept_removals=True))


def run_without_watcher(folder: Path, embedder: Embedder, operations: int, seed: int, checks: int) -> None:
    world = World(folder / "vault", seed, notes=60)
    index = Index(folder / "index", embedder)
    for number in range(operations):
        world.act()
        if world.random.random() < 0.05:
            sync_until_in_step(index, world.vault)
        if number % (operations // checks) == operations // checks - 1:
            sync_until_in_step(index, world.vault)
            index.close()
            assert differences(world.vault, folder / "index", embedder) == []
            index = Index(folder / "index", embedder)
    index.close()


def accept_removals(base: Watched) -> bool:
    """When so much is gone that the watcher waits for a person's word, give it, from another process's side."""
    if isinstance(base.events[-1], Paused):
        index = Index(base.folder, base.embedder)
        with suppress(IndexLocked):
            index.sync(Vault(base.vault), lambda _: None, SyncOptions(accept_removals=True))
        index.close()
    return False


def run_with_watcher(folder: Path, embedder: Embedder, operations: int, seed: int, restarts: int) -> None:
    world = World(folder / "vault", seed, notes=60)
    for _ in range(restarts):
        with watched(world.vault, folder / "index", embedder) as base:
            for _ in range(operations // restarts):
                world.act()
                time.sleep(world.random.choice([0, 0, 0, 0.002, 0.01]))
            until(lambda: accept_removals(base) or base.is_in_step(), seconds=60)
        for _ in range(5):
            world.act()  # while nobody looks
        index = Index(folder / "index", embedder)
        sync_until_in_step(index, world.vault)
        index.close()
        assert differences(world.vault, folder / "index", embedder) == []


def test_some_hundred_random_deeds(tmp_path: Path) -> None:
    run_without_watcher(tmp_path, HashingEmbedder(), 400, seed=1, checks=2)


@pytest.mark.slow
def test_random_deeds_under_the_watcher(tmp_path: Path) -> None:
    run_with_watcher(tmp_path, HashingEmbedder(), 2000, seed=2, restarts=4)


@pytest.mark.slow
def test_random_deeds_with_the_real_model(tmp_path: Path) -> None:
    run_with_watcher(tmp_path, Embedder("all-MiniLM-L6-v2"), 200, seed=3, restarts=2)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10, 15))
def test_ten_thousand_random_deeds(tmp_path: Path, seed: int) -> None:
    run_without_watcher(tmp_path / "scans", HashingEmbedder(), 1000, seed=seed, checks=5)
    run_with_watcher(tmp_path / "watched", HashingEmbedder(), 1000, seed=seed, restarts=5)
