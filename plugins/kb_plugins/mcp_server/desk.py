"""What every tool stands on: the worker, the index in step, errors as one sentence."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError

from kb.plugin_api import Cancellation, KbError, KnowledgeBase, safe_line
from kb_plugins.serving.desk import Desk as SharedDesk
from kb_plugins.serving.worker import ProgressNotes

Result = TypeVar("Result")


class Desk(SharedDesk):
    """One knowledge base, for every client of one server."""

    async def answer(
        self,
        name: str,
        work: Callable[[KnowledgeBase], Result],
        context: Context[Any, Any] | None = None,
        cancellation: Cancellation | None = None,
        progress: ProgressNotes | None = None,
    ) -> Result:
        """What `work` makes of the knowledge base, whose index is brought in step first. Raises ToolError."""
        progress = progress or self.progress(context)
        with errors_told(name):
            try:
                return await self.do(work, cancellation, progress.tell)
            finally:
                await progress.settle()

    def progress(self, context: Context[Any, Any] | None) -> ProgressNotes:
        """What tells a client how its request goes on."""

        async def send(count: float, phrase: str) -> None:
            if context is not None:
                await context.report_progress(count, None, phrase)

        return ProgressNotes(send)


@contextmanager
def errors_told(name: str) -> Iterator[None]:
    """An error reaches the client as one sentence, and the log without any text of notes."""
    try:
        yield
    except KbError as error:
        raise ToolError(safe_line(str(error))) from None
    except (ToolError, MCPError):
        raise
    except Exception as error:  # noqa: BLE001 - one request that fails must not end the server, nor show a note
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {place.name}, line {place.lineno} of {place.filename}"
        print(f"kb mcp: {name} failed: {where}", file=sys.stderr)  # noqa: T201 - the log of the server
        raise ToolError(f"{name} failed: {type(error).__name__} in {place.name}. Please report it.") from None
