"""`kb serve`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from kb.plugin_api import Terminal, UsageError

PORT = 8770


def serve_command(
    context: typer.Context,
    http: Annotated[
        int,
        typer.Option(
            "--http",
            "--port",
            metavar="PORT",
            min=0,
            max=65535,
            help="The port to listen on; 0 for any free one.",
        ),
    ] = PORT,
    lan: Annotated[
        bool, typer.Option("--lan", help="Also let in other machines on your network, such as your phone.")
    ] = False,
    local: Annotated[
        bool,
        typer.Option("--local", help="No HTTP: speed up kb search and your other commands, until Ctrl-C."),
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Show whether a --local process is running.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the --local process.")] = False,
) -> None:
    """Serve your notes to a browser, and to programs over HTTP; with --local, to kb itself.

    Whoever has the token may search, ask and read; docs/http.md says how. For example: kb serve
    """
    if local + status + stop > 1 or (lan and (local or status or stop)):
        raise UsageError("--local, --status, --stop and --lan can't be combined. Use one of them.")
    terminal: Terminal = context.obj
    if local or status or stop:
        terminal.answer_commands("run" if local else "status" if status else "stop")
        return
    for package in ("starlette", "uvicorn"):
        if find_spec(package) is None:
            raise UsageError(
                f'kb serve needs the {package} package. Install it with: pip install "kb-notes[serve]"'
            )
    from kb_plugins.http_server.serving import serve

    serve(terminal, http, lan=lan)
