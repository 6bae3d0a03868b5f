"""A language server: links, answers and mending where notes are written, in any editor that speaks its protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api import hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb lsp`."""
    from kb_plugins.lsp.command import lsp_command

    app.command("lsp")(lsp_command)
