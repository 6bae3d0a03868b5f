"""The tools that write, for those whose settings allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from mcp.server.mcpserver import Context
from pydantic import Field

from kb.plugin_api import KnowledgeBase
from kb.plugin_api.serving import Captured
from kb_plugins.mcp_server.desk import Desk, find_note
from kb_plugins.mcp_server.reading import Name
from kb_plugins.mcp_server.shapes import WrittenNote

MOST_CHARACTERS = 100_000
Text = Annotated[str, Field(description="Markdown.", min_length=1, max_length=MOST_CHARACTERS)]


class WritingTools:
    """Nothing is overwritten or removed; `kb undo` takes the last change back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def create_note(
        self,
        context: Context,
        title: Annotated[
            str, Field(description="The new note's title; folder/title puts it there.", min_length=1)
        ],
        text: Text,
    ) -> WrittenNote:
        """Write a new note. One that exists is never touched."""
        return await self._write(context, "create_note", lambda base: base.capture.new(title, text=text))

    async def append_to_note(self, context: Context, note: Name, text: Text) -> WrittenNote:
        """Add text at the end of a note; what stands there already stays as it is."""
        return await self._write(
            context,
            "append_to_note",
            lambda base: base.capture.append(text, find_note(base, note)),
        )

    async def _write(
        self, context: Context, name: str, work: Callable[[KnowledgeBase], Captured]
    ) -> WrittenNote:
        done = await self._desk.answer(name, work, context)
        await self._desk.keeper.write()
        return {"path": done.path, "line": done.line, "new": done.made, "undo": "kb undo"}
