"""Keeps the index in step while notes are written: hints gather, settle, and lead to the same sync as `kb index`.

A sync looks at the whole vault (a scan of 10,000 notes takes a fraction of a second), so no event needs to be
believed or remembered, and a lost one is made good by the next, or by the scan that is made once a minute anyway.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kb.errors import IndexingError, KbError, VaultEmpty, VaultError
from kb.indexing.folder_events import FolderEvents
from kb.indexing.index import Index
from kb.indexing.sync import Report, SyncOptions, SyncReport
from kb.notes.vault import Sources, Vault

QUIET_SECONDS = 0.2  # editors save in several steps within some hundredths of a second
MAX_WAIT_SECONDS = 1.0  # however busily notes are written
_SCAN_SECONDS = 60.0  # the safety net under all events
_RECHECKED = 100  # notes whose content is read again after each such scan: 10,000 in less than two hours
_POLL_SECONDS = 3.0
_POLL_SHARE = 20  # polling may take one part in so many of a core's time
_LOOK_SECONDS = (
    2.0  # without a hint: time to tidy, to try again after a pause, to see that the folder is still there
)


@dataclass(frozen=True, slots=True)
class Watching:
    """The vault is being watched."""

    polling: str = ""  # why it is looked at every few seconds instead of listened to; empty when it is not


@dataclass(frozen=True, slots=True)
class Synced:
    """The index is in step again."""

    report: SyncReport


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing can be done at present, and nothing was changed; it goes on by itself when the reason is gone."""

    reason: str


WatchEvent = Watching | Synced | Paused


class Watcher:
    """Watches a vault until it is stopped. `tell` and `report` are called from the thread that runs it."""

    def __init__(
        self,
        index: Index,
        root: Path,
        tell: Callable[[WatchEvent], None],
        report: Report | None = None,
        sources: Sources | None = None,
    ) -> None:
        self._index = index
        self._sources = sources
        self._root = root
        self._tell = tell
        self._report: Report = report or (lambda _: None)
        self._hints = _Hints()
        self._events: FolderEvents | None = None
        self._polling = ""
        self._paused = ""
        self._untidy = False
        self._next_scan = 0.0
        self._changes = 0  # of the latest sync
        self._unheard = 0

    def run(self) -> None:
        """Watch until `stop` is called. Raises IndexLocked when another process writes the index."""
        self._index.hold("watching")
        try:
            self._listen()
            self._sync()
            while (woken := self._hints.wait(self._time_to_next_look())) != "stopped":
                if woken == "settled" or self._paused or self._is_blind():
                    self._unheard = 0
                    self._sync()
                elif self._scan_is_due():
                    self._sync()
                    self._count_unheard()
                    self._recheck()
                else:
                    self._tidy()
        finally:
            self._stop_listening()
            self._tidy()
            self._index.let_go()

    def stop(self) -> None:
        """End `run` soon; from any thread."""
        self._hints.stop()

    def _time_to_next_look(self) -> float:
        if self._paused:
            return _LOOK_SECONDS
        return min(_LOOK_SECONDS, max(0.0, self._next_scan - time.monotonic()))

    def _scan_is_due(self) -> bool:
        return time.monotonic() >= self._next_scan

    def _is_blind(self) -> bool:
        return self._events is not None and self._events.lost_root()

    def _sync(self) -> None:
        start = time.monotonic()
        try:
            self._index.hold("watching")
            self._index.beat()
            if not self._paused and self._events is not None and self._events.is_blind():
                self._listen()
            options = SyncOptions(tidy=False, interrupted=self._hints.any)
            done = self._index.sync(Vault(self._root, self._sources), self._report, options)
        except (VaultError, IndexingError) as error:
            self._pause(error)
            return
        if self._paused:
            self._paused = ""
            self._listen()
            self._hints.hint()  # for what changed before it listened again
        self._changes = done.changes
        self._untidy |= done.changes > 0
        if done.pending and not done.held_up:
            self._hints.hint()
        now = time.monotonic()
        rest = max(_POLL_SECONDS, _POLL_SHARE * (now - start)) if self._polling else _SCAN_SECONDS
        self._next_scan = now + rest
        self._tell(Synced(done))

    def _count_unheard(self) -> None:
        """A scan that finds changes nobody told of: listen anew; the second time, stop relying on events."""
        if self._polling or self._paused or not self._changes:
            return
        self._unheard += 1
        self._listen()
        if self._unheard > 1 and not self._polling:
            self._polling = "the system doesn't report changes"
            self._tell(Watching(self._polling))

    def _recheck(self) -> None:
        """Once a minute, look into some notes that nothing points to."""
        if self._paused:
            return
        try:
            if self._index.recheck(Vault(self._root, self._sources), _RECHECKED):
                self._hints.hint()
        except (VaultError, IndexingError) as error:
            self._pause(error)

    def _pause(self, error: KbError) -> None:
        if isinstance(error, VaultEmpty):
            # Whoever did remove most notes says so with `kb index --accept-removals`, which needs the lock.
            self._tidy()
            self._index.let_go()
        if self._paused != str(error):
            self._paused = str(error)
            self._tell(Paused(self._paused))

    def _tidy(self) -> None:
        if self._untidy:
            try:
                self._index.tidy()
            except IndexingError:
                return  # the next sync, of this process or another, meets the same trouble and says so
            self._untidy = False

    def _listen(self) -> None:
        self._stop_listening()
        try:
            vault = Vault(self._root, self._sources)
        except VaultError as error:
            self._pause(error)
            return
        self._events = FolderEvents(self._root, self._concerns(vault), self._hints.hint)
        self._polling = self._events.start()
        self._tell(Watching(self._polling))

    def _stop_listening(self) -> None:
        events, self._events = self._events, None
        if events is not None:
            events.stop()

    def _concerns(self, vault: Vault) -> Callable[[Path], bool]:
        index = self._index.folder
        return lambda path: vault.concerns(path) and not path.is_relative_to(index)


class _Hints:
    """Hints from any thread, gathered until they settle; it remembers only when the first and the last came."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._first: float | None = None
        self._last = 0.0
        self._stopped = False

    def hint(self) -> None:
        with self._condition:
            self._last = time.monotonic()
            if self._first is None:
                self._first = self._last
                self._condition.notify_all()

    def stop(self) -> None:
        with self._condition:
            self._stopped = True
            self._condition.notify_all()

    def any(self) -> bool:
        """Whether something waits."""
        return self._first is not None or self._stopped

    def wait(self, seconds: float) -> str:
        """Wait at most `seconds` for a hint, then until no more come: "settled", "nothing" or "stopped"."""
        with self._condition:
            self._condition.wait_for(self.any, seconds)
            while not self._stopped and self._first is not None:
                now = time.monotonic()
                rest = min(self._last + QUIET_SECONDS, self._first + MAX_WAIT_SECONDS) - now
                if rest <= 0:
                    self._first = None
                    return "settled"
                self._condition.wait(rest)
            return "stopped" if self._stopped else "nothing"
