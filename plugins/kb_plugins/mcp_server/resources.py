"""Notes as resources, and their paths completed."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from kb.plugin_api import KnowledgeBase, UsageError, safe_line
from kb_plugins.mcp_server.desk import Desk
from kb_plugins.serving.verbs import find_note

TEMPLATE = "kb://note/{+path}"
NEWEST = "kb://notes/newest"
_NEWEST = 50  # notes
_COMPLETED = 100  # values, the most that the protocol allows


def uri_of(path: str) -> str:
    """The resource that is the note at `path`."""
    return f"kb://note/{quote(path, safe='/')}"


def add_resources(server: MCPServer[Any], desk: Desk) -> None:
    """Every note by its path, the newest as a list, and completion of paths."""

    async def note(path: str, context: Context) -> str:
        def work(base: KnowledgeBase) -> str | None:
            try:
                found = find_note(base, path)
            except UsageError:
                return None
            return base.note(found).text if found == path else None

        try:
            text = await desk.answer("reading the note", work, context)
        except ToolError as error:
            raise ResourceError(str(error)) from None
        if text is None:
            raise ResourceNotFoundError(f"No note has the path {safe_line(path)!r}. Use its whole path.")
        return text

    async def newest() -> str:
        def work(base: KnowledgeBase) -> str:
            found = sorted(base.catalog.notes(), key=lambda one: (one.changed, one.path), reverse=True)
            return "\n".join(f"- {one.changed} {uri_of(one.path)}" for one in found[:_NEWEST])

        try:
            return await desk.answer("listing the notes", work)
        except ToolError as error:
            raise ResourceError(str(error)) from None

    server.resource(
        TEMPLATE, name="note", title="A note", description="A note by its path.", mime_type="text/markdown"
    )(note)
    server.resource(
        NEWEST,
        name="newest notes",
        title="The newest notes",
        description=f"The {_NEWEST} notes that were changed last.",
        mime_type="text/markdown",
    )(newest)

    async def complete(
        _reference: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        _: CompletionContext | None,
    ) -> Completion | None:
        if argument.name not in ("path", "topic"):
            return None
        begun = argument.value.casefold()

        def work(base: KnowledgeBase) -> list[str]:
            paths = [one.path for one in base.catalog.notes()]
            first = [path for path in paths if path.casefold().startswith(begun)]
            return first + [path for path in paths if begun in path.casefold() and path not in set(first)]

        found = await desk.answer("completion", work)
        return Completion(values=found[:_COMPLETED], total=len(found), has_more=len(found) > _COMPLETED)

    cast(Any, server).completion()(complete)  # the SDK gives this one no types
