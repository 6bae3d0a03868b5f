"""Keeps the index in step while the interface is open; off its own thread."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING

from kb.errors import IndexLocked
from kb.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    from kb.indexing.sync import Report
    from kb.indexing.watch import Watcher, WatchEvent
    from kb.linking.auto_linking import NewLinks
    from kb.plugin_host import PluginHost
    from kb.settings import Settings

_PATIENCE_SECONDS = 10.0
_RETRY_SECONDS = 0.3


class WatchService:
    """Keeps the index in step for as long as the interface is open."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._watcher: Watcher | None = None
        self._stopped = False
        self._ended = Event()

    def run(self, tell: Callable[[WatchEvent | NewLinks], None], report: Report) -> None:
        """Watch until `stop`. Raises IndexLocked when another process does so."""
        base = KnowledgeBase(self._settings, self._plugins())
        try:
            self._watcher = base.watch(tell, report)
            while not self._stopped and not self._watched(self._watcher, base):
                time.sleep(_RETRY_SECONDS)
        finally:
            self._watcher = None
            base.close()
            self._ended.set()

    def _plugins(self) -> Callable[[], PluginHost] | None:
        """What loads plugins, where a format that kb.toml names is theirs."""
        from kb.plugin_host import PluginHost
        from kb.sources.file_sources import is_bundled

        if all(map(is_bundled, self._settings.sources)):
            return None
        return lambda: PluginHost.of(self._settings)

    @staticmethod
    def _watched(watcher: Watcher, base: KnowledgeBase) -> bool:
        """Watch; False at once while a reader of this very interface makes a damaged index anew."""
        try:
            watcher.run()
        except IndexLocked:
            writer = base.upkeep.writer()
            if writer and f"(number {os.getpid()} " not in writer:
                raise
            return False
        return True

    def wait(self) -> None:
        """Wait until `run` has let go of the index."""
        self._ended.wait(_PATIENCE_SECONDS)

    def stop(self) -> None:
        """End `run` soon; from any thread."""
        self._stopped = True
        if self._watcher is not None:
            self._watcher.stop()
