"""What takes long, in one thread with a knowledge base of its own: learning which mentions to link, answers, new notes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kb.plugin_api import KbError, KnowledgeBase, Terminal
from kb.plugin_api.editing import Foresight, LinkSuggestion

Result = TypeVar("Result")
LIKELY = 0.3  # confidence from which a link is offered, as by `kb link`


class Worker:
    """One thing after another; the knowledge base is opened, used and closed in the worker's own thread."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kb-lsp")
        self._base: KnowledgeBase | None = None
        self._foresight: Foresight | None = None
        self._mentions: dict[str, tuple[str, list[LinkSuggestion]]] = {}  # path -> text and what it may link
        self._looking: dict[str, asyncio.Task[None]] = {}

    async def do(self, work: Callable[[KnowledgeBase], Result]) -> Result:
        """What `work` makes of the knowledge base. Raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(self._opened()))

    def _opened(self) -> KnowledgeBase:
        if self._base is None:
            self._base = self._terminal.knowledge_base()
        return self._base

    async def likely(self, path: str, linked: Collection[str]) -> Mapping[str, float]:
        """How likely the note at `path`, which links `linked`, links each other one."""

        def work(base: KnowledgeBase) -> Mapping[str, float]:
            if self._foresight is None:
                self._foresight = Foresight(base)
            return self._foresight.likely(path, linked)

        return await self.do(work)

    async def mentions(self, path: str, text: str, patience: float) -> list[LinkSuggestion]:
        """The links that a text may want; those known after `patience` seconds, else none, and they are looked for on."""
        known = self._mentions.get(path)
        if known and known[0] == text:
            return known[1]
        before = self._looking.get(path)
        if before is None or before.done():
            before = asyncio.get_running_loop().create_task(self._look(path, text))
            self._looking[path] = before
        await asyncio.wait([before], timeout=patience)
        known = self._mentions.get(path)
        return known[1] if known and known[0] == text else []

    async def _look(self, path: str, text: str) -> None:
        try:
            found = await self.do(lambda base: base.links.suggestions(path, LIKELY, text))
        except KbError:
            found = []
        self._mentions[path] = (text, found)

    def forget(self, path: str = "") -> None:
        """What was found in the note at `path`, or in every note, counts no more."""
        if path:
            self._mentions.pop(path, None)
        else:
            self._mentions.clear()

    def close(self) -> None:
        """End what is being done, and let go."""
        self._thread.submit(self._let_go)
        self._thread.shutdown(wait=False, cancel_futures=False)

    def _let_go(self) -> None:
        if self._base is not None:
            self._base.close()
