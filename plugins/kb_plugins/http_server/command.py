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
            "--http", "--port", metavar="PORT", min=0, max=65535, help="Where to listen; 0 for any."
        ),
    ] = PORT,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let other machines of your network in, too, such as your phone.")
    ] = False,
) -> None:
    """Serve your notes to a browser, and to programs over HTTP.

    Whoever shows the token may search, ask and read; docs/http.md says how. For example: kb serve
    """
    for package in ("starlette", "uvicorn"):
        if find_spec(package) is None:
            raise UsageError(
                f'kb serve needs the {package} package. Install it with: pip install "kb-notes[serve]"'
            )
    from kb_plugins.http_server.serving import serve

    terminal: Terminal = context.obj
    serve(terminal, http, lan=lan)
