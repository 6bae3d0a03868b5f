"""`kb mcp`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from kb.plugin_api import Terminal, UsageError


def mcp_command(
    context: typer.Context,
    http: Annotated[
        int | None,
        typer.Option(
            "--http",
            metavar="PORT",
            min=0,
            max=65535,
            help="Listen on 127.0.0.1 instead, for programs with the token.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve your notes to assistants that speak MCP.

    They start it themselves and speak with it over stdin and stdout; docs/mcp.md says how to set yours up.

    For example: kb mcp --vault ~/notes
    """
    if find_spec("mcp") is None:
        raise UsageError('The MCP server needs the mcp package. Install it with: pip install "kb-notes[mcp]"')
    from kb_plugins.mcp_server.serving import serve_http, serve_stdio

    terminal: Terminal = context.obj
    if http is None:
        serve_stdio(terminal)
    else:
        serve_http(terminal, http)
