"""Has the index kept in step: by `kb index` in a process of its own, for one writer at a time may hold it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kb.plugin_api import KbError
from kb.plugin_api.editing import Drafts
from kb.plugin_api.serving import index_beside

_LOOK_SECONDS = 1.0  # between looks at what other processes wrote


class Keeper:
    """Runs on the server's loop. What the embedding model takes of memory goes with the other process."""

    def __init__(
        self,
        drafts: Drafts,
        changed: Callable[[], None],
        tell: Callable[[str], None],
        settle: Callable[[], bool],
    ) -> None:
        """`settle` says whether files were moved that were to be. `changed` is called when the index has; `tell` with one sentence when it cannot be brought in step."""
        self._drafts = drafts
        self._changed, self._tell, self._settle = changed, tell, settle
        self._wanted = asyncio.Event()
        self._last_message = ""

    def saved(self) -> None:
        """Something in the vault is another now."""
        self._wanted.set()

    async def look(self) -> None:
        """Take in what the index learns, whoever writes it, until cancelled."""
        while True:
            if self._settle():
                self.saved()
            if self._drafts.refresh():
                self._changed()
            await asyncio.sleep(_LOOK_SECONDS)

    async def write(self) -> None:
        """Bring the index in step whenever something was saved, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._is_busy():
                await asyncio.sleep(_LOOK_SECONDS)
                if self._is_in_step():
                    break
            else:
                await self._run()
            if self._drafts.refresh():
                self._changed()

    def _is_busy(self) -> bool:
        try:
            return bool(self._drafts.upkeep.writer())
        except KbError:
            return False

    def _is_in_step(self) -> bool:
        try:
            return self._drafts.upkeep.notes_behind() == 0
        except KbError:
            return False

    async def _run(self) -> None:
        settings = self._drafts.settings
        said = await index_beside(settings.vault, settings.index)
        if said is None:
            self._last_message = ""
        elif self._is_busy():  # another one was quicker
            self._wanted.set()
        elif said and said != self._last_message:
            self._last_message = said
            self._tell(said)
