"""One knowledge base for every client of a server, its index in step with the notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kb.plugin_api import Cancellation, KnowledgeBase, Terminal
from kb_plugins.serving.keeping import Keeper
from kb_plugins.serving.worker import Worker

Result = TypeVar("Result")


class Desk:
    """The worker and what keeps its index."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.worker = Worker(terminal)
        self.keeper = Keeper(self.worker)

    async def do(
        self,
        work: Callable[[KnowledgeBase], Result],
        cancellation: Cancellation | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> Result:
        """What `work` makes of the knowledge base, whose index is brought in step first. Raises what either raises."""
        await self.keeper.in_step(tell)
        return await self.worker.do(work, cancellation)

    async def close(self) -> None:
        """Let go."""
        await self.keeper.end()
        self.worker.close()
