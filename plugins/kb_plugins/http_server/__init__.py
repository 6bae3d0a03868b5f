"""A server over HTTP: search, answers, notes and links for programs of your own, and a small page for a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb serve`."""
    from kb_plugins.http_server.command import serve_command

    app.command("serve")(serve_command)
