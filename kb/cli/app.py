"""The commands and their groups."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kb.cli.command_table import CommandTable
from kb.cli.interface import is_at_terminal, open_interface
from kb.cli.options import CliContext, Index, Json, Vault
from kb.cli.plugin_commands import PluginGroup

ASKING, WRITING = "Ask and search", "Write and open"
CONNECTED, KEEPING = "Connect notes", "Setup and indexing"

COMMANDS = {
    "ask": (ASKING, "ask:ask"),
    "chat": (ASKING, "chat:chat"),
    "search": (ASKING, "search:search"),
    "pick": (ASKING, "open:pick"),
    "new": (WRITING, "write:new"),
    "daily": (WRITING, "write:daily"),
    "capture": (WRITING, "write:capture"),
    "import": (WRITING, "moving_in:import_notes"),
    "open": (WRITING, "open:open_note"),
    "edit": (WRITING, "open:edit"),
    "links": (CONNECTED, "links:links"),
    "link": (CONNECTED, "link:link"),
    "mv": (CONNECTED, "move:move"),
    "merge": (CONNECTED, "move:merge"),
    "extract": (CONNECTED, "move:extract"),
    "undo": (CONNECTED, "undo:undo"),
    "graph": (CONNECTED, "links:graph"),
    "doctor": (CONNECTED, "links:doctor"),
    "init": (KEEPING, "init:init"),
    "index": (KEEPING, "index:index_notes"),
    "watch": (KEEPING, "watch:watch"),
    "status": (KEEPING, "status:status"),
    "trust": (KEEPING, "trust:trust"),
    "eval": (KEEPING, "evaluate:evaluate"),
    "help": (KEEPING, "help:help_on"),
    "conversations": (ASKING, "conversations:app"),
    "tags": (CONNECTED, "tags:app"),
    "aliases": (CONNECTED, "aliases:app"),
    "config": (KEEPING, "config:app"),
    "models": (KEEPING, "models:app"),
    "plugins": (KEEPING, "plugins:app"),
}


class KbGroup(PluginGroup):
    """All commands, kb's own by their names."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = CommandTable(COMMANDS)  # type: ignore[assignment]


app = typer.Typer(
    name="kb",
    cls=KbGroup,
    help="A personal knowledge base that answers from your own notes, with citations.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"kb {version('kb-notes')}")
        raise typer.Exit


def _open_interface(context: typer.Context) -> None:
    """`kb` alone: the terminal interface, or the help where there is no terminal."""
    options: CliContext = context.obj
    if is_at_terminal():
        open_interface(options.vault, options.index)
    else:
        typer.echo(context.get_help())


@app.callback()
def before_command(
    context: typer.Context,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
    _version: Annotated[
        bool,
        typer.Option("--version", "-V", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """A personal knowledge base that answers from your own notes, with citations."""
    context.obj = CliContext(vault=vault, index=index, json=json)
    if context.invoked_subcommand is None:
        _open_interface(context)
