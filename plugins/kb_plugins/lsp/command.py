"""`kb lsp`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from kb.plugin_api import Terminal, UsageError


def lsp_command(
    context: typer.Context,
    tcp: Annotated[
        int | None,
        typer.Option(
            "--tcp",
            metavar="PORT",
            min=1,
            max=65535,
            help="Listen on 127.0.0.1, to try it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve your editor: links, completion, rename, diagnostics.

    Editors start it themselves and speak with it over stdin and stdout; docs/editors.md says how to set yours up.

    For example: kb lsp --vault ~/notes
    """
    if find_spec("pygls") is None:
        raise UsageError('The language server needs pygls. Install it with: pip install "kb-notes[lsp]"')
    terminal: Terminal = context.obj
    base = terminal.knowledge_base()  # whose settings may be wrong, and then no editor is greeted
    greeted = None
    if tcp is None:
        from kb_plugins.lsp.greeting import Greeted

        greeted = Greeted(sys.stdin.buffer, terminal.answer_stream())
        greeted.greet()
    from kb_plugins.lsp.server import serve

    serve(terminal, base, greeted, tcp)
