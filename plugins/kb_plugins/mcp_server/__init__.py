"""A server of the Model Context Protocol: search, answers, notes and links for assistants and other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb mcp`."""
    from kb_plugins.mcp_server.command import mcp_command

    app.command("mcp")(mcp_command)
