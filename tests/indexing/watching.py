"""A watcher in a thread, for tests that change notes while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kb.indexing.embedder import Embedder
from kb.indexing.index import Index
from kb.indexing.verification import Difference
from kb.indexing.watch import Paused, Synced, Watcher, WatchEvent
from kb.notes.vault import Vault


@dataclass
class Watched:
    """A vault that is watched, and what was told of it."""

    vault: Path
    folder: Path
    embedder: Embedder
    watcher: Watcher
    events: list[WatchEvent] = field(default_factory=list)

    def synced(self) -> list[Synced]:
        return [event for event in self.events if isinstance(event, Synced)]

    def paused(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, Paused)]

    def paths(self) -> set[str]:
        return set(self.fingerprints())

    def fingerprints(self) -> dict[str, str]:
        index = Index(self.folder, self.embedder)
        try:
            return {note.path: note.fingerprint for note in index.catalog.notes()}
        finally:
            index.close()

    def is_in_step(self) -> bool:
        """Whether every note that can be read is known as it is."""
        from kb.errors import NoteUnreadable

        known, vault = self.fingerprints(), Vault(self.vault)
        files = {file.path for file in vault.scan()}
        for path in files:
            try:
                if vault.read(path).fingerprint != known.get(path):
                    return False
            except NoteUnreadable:
                continue
        return known.keys() <= files


@contextmanager
def watched(vault: Path, folder: Path, embedder: Embedder) -> Iterator[Watched]:
    """Watch `vault` until the end of the block; whatever went wrong in the thread is raised there."""
    base: Watched
    trouble: list[BaseException] = []
    watcher = Watcher(Index(folder, embedder), vault, lambda event: base.events.append(event))
    base = Watched(vault, folder, embedder, watcher)

    def run() -> None:
        try:
            watcher.run()
        except BaseException as error:  # noqa: BLE001
            trouble.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until(lambda: bool(base.synced() or base.paused() or trouble))
        yield base
    finally:
        watcher.stop()
        thread.join(60)
        assert not thread.is_alive()
        if trouble:
            raise trouble[0]


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that happens in a thread."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def differences(vault: Path, folder: Path, embedder: Embedder) -> list[Difference]:
    """What a verification finds."""
    index = Index(folder, embedder)
    try:
        return index.verify(Vault(vault))
    finally:
        index.close()
