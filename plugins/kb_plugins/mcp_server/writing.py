"""The tools that write, for those whose settings allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from mcp.server.mcpserver import Context
from pydantic import Field

from kb.plugin_api import KnowledgeBase
from kb_plugins.mcp_server.desk import Desk
from kb_plugins.mcp_server.reading import Name
from kb_plugins.serving import verbs
from kb_plugins.serving.shapes import WrittenNote

Text = Annotated[str, Field(description="Markdown.", min_length=1, max_length=verbs.MOST_CHARACTERS)]


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
        return await self._write(context, "create_note", lambda base: verbs.create_note(base, title, text))

    async def append_to_note(self, context: Context, note: Name, text: Text) -> WrittenNote:
        """Add text at the end of a note; what stands there already stays as it is."""
        return await self._write(
            context,
            "append_to_note",
            lambda base: verbs.append_to_note(base, note, text),
        )

    async def _write(
        self, context: Context, name: str, work: Callable[[KnowledgeBase], WrittenNote]
    ) -> WrittenNote:
        done = await self._desk.answer(name, work, context)
        await self._desk.keeper.write()
        return done
