"""Keeps the index in step with the notes while the server runs: few notes at once, many in a process of their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from kb.plugin_api import KbError, UsageError
from kb.plugin_api.serving import IndexLocked, IndexMissing, IndexOutdated, index_beside
from kb_plugins.serving.worker import Worker

_LOOK_SECONDS = 2.0  # at least, between looks at the files
_FEW = 20  # changed notes that a request waits for


class Keeper:
    """What a request asks first, so that it finds what was written a moment ago."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._looked = 0.0
        self._run: asyncio.Task[str] | None = None

    async def in_step(self, tell: Callable[[str], None] = lambda _: None) -> None:
        """Bring the index in step, or begin to. The first index is waited for. Raises KbError when it cannot be made."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        try:
            behind = await self._worker.do(lambda base: base.upkeep.notes_behind())
        except (IndexMissing, IndexOutdated):
            tell("Indexing the notes for the first time")
            if said := await asyncio.shield(self._child()):
                raise UsageError(said) from None
            behind = 0
        self._looked = time.monotonic()
        if behind > _FEW:
            tell(f"Indexing {behind:,} changed notes in the background")
            self._child()
        elif behind:
            await self.write()

    async def write(self) -> None:
        """Take in the few notes that changed; whoever holds the index keeps it in step, too."""
        with suppress(IndexLocked):
            await self._worker.do(lambda base: base.index())

    def _child(self) -> asyncio.Task[str]:
        if self._run is None or self._run.done():
            self._run = asyncio.get_running_loop().create_task(self._index())
        return self._run

    async def _index(self) -> str:
        """Run `kb index`; what went wrong, as one sentence, empty for nothing."""
        settings = await self._worker.do(lambda base: base.settings)
        said = await index_beside(settings.vault, settings.index)
        return "" if said is None else said or "The notes cannot be indexed. Run: kb index"

    async def end(self) -> None:
        """Stop what runs."""
        if self._run is not None and not self._run.done():
            self._run.cancel()
            with suppress(asyncio.CancelledError, KbError):
                await self._run
