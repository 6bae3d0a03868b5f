"""The index kept in step beside the interface: who does it, how far it is, and what is told of it."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from kb.errors import IndexLocked, KbError
from kb.safe_text import safe_line
from kb.tui import messages

if TYPE_CHECKING:
    from pathlib import Path

    from textual.timer import Timer

    from kb.settings import Settings
    from kb.tui.app import KbApp
    from kb.tui.watching import WatchService

_LOOK_SECONDS = 2.0  # between looks at a first index that fills, and for a vault that is gone
_RETRY_SECONDS = 5.0  # to watch, while another kb does
_BY_ANOTHER, _GONE = "synced by another kb", "vault not found"


class Keeping:
    """Watches in a thread; what comes of it is told in the status line and in notices."""

    def __init__(self, app: KbApp) -> None:
        self._app = app
        self._watching: WatchService | None = None
        self._settings: Settings | None = None
        self._read_again = 0.0
        self._looking: Timer | None = None  # for the vault, while another kb watches it

    @property
    def _index(self) -> str:
        return self._app.main.status.index

    @_index.setter
    def _index(self, words: str) -> None:
        self._app.main.status.index = words

    def begin(self, settings: Settings) -> None:
        """Watch these notes in place of others."""
        from kb.tui.watching import WatchService

        self._settings = settings
        before, self._watching = self._watching, WatchService(settings)
        self._run(self._watching, before)

    def stop(self) -> None:
        """End it soon."""
        if self._watching is not None:
            self._watching.stop()

    def _run(self, watching: WatchService, before: WatchService | None) -> None:
        work = partial(self._watch, watching, before)
        self._app.run_worker(work, thread=True, group="watching", exit_on_error=False)

    def _watch(self, watching: WatchService, before: WatchService | None) -> None:
        app = self._app
        try:
            if before is not None:
                before.wait()
            watching.run(
                lambda event: app.post_from_worker(app, messages.Indexed(event)),
                lambda progress: app.post_from_worker(app, messages.Progress(progress)),
            )
        except IndexLocked as error:
            app.post_from_worker(app, messages.Failed(str(error), "locked"))
        except KbError as error:
            app.post_from_worker(app, messages.Failed(str(error), "watching"))

    def indexed(self, event: object) -> None:
        """The watcher told of something."""
        from kb.indexing.watch import Paused, Synced, Watching
        from kb.linking.auto_linking import NewLinks

        app = self._app
        match event:
            case Watching(polling=reason):
                self._index = "polling" if reason else "watching"
            case NewLinks(path=path, suggestions=links, made=made):
                what = f"{len(links)} {'link' if len(links) == 1 else 'links'}"
                words = (
                    f"{what} made in {path}; to undo, press u in F3"
                    if made
                    else f"{what} for {path}: press F3"
                )
                app.notify(safe_line(words), markup=False)
            case Paused(reason=reason):
                self._index = "paused"
                app.tell(reason)
            case Synced(report=report):
                if report.repaired and app.reader is not None:
                    app.tell(report.repaired)
                    app.run_worker(app.reader.reopen, thread=True, group="notes", exit_on_error=False)
                self._index = f"{report.pending:,} pending" if report.pending else "up to date"
                if report.changes or not app.notes:
                    app.read_notes()
                    app.tell_open_notes()
                for path, reason in report.unreadable[:3]:
                    app.tell(f"Not read: {path}: {reason}")

    def progressed(self, progress: object) -> None:
        """A sync goes on."""
        from kb.indexing.sync import SyncProgress

        if isinstance(progress, SyncProgress) and progress.total:
            words = f"{progress.step} {100 * progress.done // progress.total} %"
            if progress.rate:
                left = _duration((progress.total - progress.done) / progress.rate)
                words += f", {progress.rate:,.0f}/s, {left} left"
            self._index = words
        if time.monotonic() > self._read_again:
            self._read_again = time.monotonic() + _LOOK_SECONDS
            self._app.read_notes()

    def failed(self, about: str) -> bool:
        """What could not be done; returns whether a person needs to be told."""
        if about == "locked":
            self._index = _BY_ANOTHER
            if self._looking is None:
                self._looking = self._app.set_interval(_LOOK_SECONDS, self._look)
            self._app.set_timer(_RETRY_SECONDS, self._again)
            return False
        if about:
            self._index = "not syncing"
        return True

    def _again(self) -> None:
        from kb.tui.watching import WatchService

        if self._index == _GONE:
            self._app.set_timer(_RETRY_SECONDS, self._again)
        elif self._settings is not None:
            self._watching = WatchService(self._settings)
            self._run(self._watching, None)

    def _look(self) -> None:
        """Another kb tells its own user that the vault is gone; this one has to look for itself."""
        if self._settings is not None:
            work = partial(self._look_at, self._settings.vault)
            self._app.run_worker(work, thread=True, exclusive=True, group="vault", exit_on_error=False)

    def _look_at(self, vault: Path) -> None:
        from kb.tui.reading import is_there

        there = is_there(vault)
        if self._app.is_running:
            self._app.call_from_thread(self._tell_of, vault, there)

    def _tell_of(self, vault: Path, there: bool) -> None:
        if self._index not in (_BY_ANOTHER, _GONE):
            return  # this one watches by now
        if there and self._index == _GONE:
            self._index = _BY_ANOTHER
        elif not there and self._index != _GONE:
            self._index = _GONE
            self._app.tell(f"Can't find the vault {vault}. Reconnect the drive or choose another vault.")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
