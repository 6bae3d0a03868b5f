"""The knowledge base in a thread of its own, one thing after another, so that the server goes on listening."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from kb.plugin_api import Cancellation, KnowledgeBase, Terminal

Result = TypeVar("Result")


class Worker:
    """The knowledge base is opened, used and closed in the worker's thread."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kb-serving")
        self._base: KnowledgeBase | None = None

    async def do(
        self, work: Callable[[KnowledgeBase], Result], cancellation: Cancellation | None = None
    ) -> Result:
        """What `work` makes of the knowledge base. Raises what it raises; `cancellation` is told when nobody waits any more."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, lambda: work(self._opened()))
        finally:
            if cancellation is not None:
                cancellation.cancel()

    def _opened(self) -> KnowledgeBase:
        if self._base is None:
            self._base = self._terminal.knowledge_base()
        return self._base

    def close(self) -> None:
        """End what is being done, and let go."""
        self._thread.submit(self._let_go)
        self._thread.shutdown(wait=True)

    def _let_go(self) -> None:
        if self._base is not None:
            self._base.close()


class ProgressNotes:
    """Progress of one request, told from the worker's thread and sent on the server's."""

    def __init__(self, send: Callable[[float, str], Any]) -> None:
        """`send` makes a coroutine of a count and a phrase."""
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._sent: list[Future[Any]] = []

    def tell(self, phrase: str) -> None:
        """Say what is being done."""
        count = float(len(self._sent) + 1)
        self._sent.append(asyncio.run_coroutine_threadsafe(self._send(count, phrase), self._loop))

    async def settle(self) -> None:
        """Wait until all of it is sent; who does not listen any more is no error."""
        for one in self._sent:
            with suppress(Exception):
                await asyncio.wrap_future(one)
