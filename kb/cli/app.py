"""The commands and their groups."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

import typer

from kb.cli.commands import (
    aliases,
    ask,
    chat,
    config,
    conversations,
    evaluate,
    index,
    init,
    link,
    links,
    models,
    move,
    moving_in,
    plugins,
    search,
    status,
    tags,
    trust,
    undo,
    watch,
    write,
)
from kb.cli.commands import help as help_command
from kb.cli.commands import open as opening
from kb.cli.options import CliContext, Index, Json, Vault
from kb.cli.plugin_commands import PluginGroup

ASKING, WRITING = "Ask and search", "Write and open"
CONNECTED, KEEPING = "Connect notes", "Setup and indexing"

app = typer.Typer(
    name="kb",
    cls=PluginGroup,
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
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo(context.get_help())
        return
    from kb.settings import load_settings
    from kb.tui.app import KbApp

    options: CliContext = context.obj
    KbApp(partial(load_settings, vault=options.vault, index=options.index)).run()


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


app.command("ask", rich_help_panel=ASKING)(ask.ask)
app.command("chat", rich_help_panel=ASKING)(chat.chat)
app.add_typer(conversations.app, rich_help_panel=ASKING)
app.command("search", rich_help_panel=ASKING)(search.search)
app.command("pick", rich_help_panel=ASKING)(opening.pick)
app.command("new", rich_help_panel=WRITING)(write.new)
app.command("daily", rich_help_panel=WRITING)(write.daily)
app.command("capture", rich_help_panel=WRITING)(write.capture)
app.command("import", rich_help_panel=WRITING)(moving_in.import_notes)
app.command("open", rich_help_panel=WRITING)(opening.open_note)
app.command("edit", rich_help_panel=WRITING)(opening.edit)
app.command("links", rich_help_panel=CONNECTED)(links.links)
app.command("link", rich_help_panel=CONNECTED)(link.link)
app.command("mv", rich_help_panel=CONNECTED)(move.move)
app.command("merge", rich_help_panel=CONNECTED)(move.merge)
app.command("extract", rich_help_panel=CONNECTED)(move.extract)
app.command("undo", rich_help_panel=CONNECTED)(undo.undo)
app.add_typer(tags.app, rich_help_panel=CONNECTED)
app.add_typer(aliases.app, rich_help_panel=CONNECTED)
app.command("graph", rich_help_panel=CONNECTED)(links.graph)
app.command("doctor", rich_help_panel=CONNECTED)(links.doctor)
app.command("init", rich_help_panel=KEEPING)(init.init)
app.command("index", rich_help_panel=KEEPING)(index.index_notes)
app.command("watch", rich_help_panel=KEEPING)(watch.watch)
app.command("status", rich_help_panel=KEEPING)(status.status)
app.command("trust", rich_help_panel=KEEPING)(trust.trust)
app.command("eval", rich_help_panel=KEEPING)(evaluate.evaluate)
app.command("help", rich_help_panel=KEEPING)(help_command.help_on)
app.add_typer(config.app, rich_help_panel=KEEPING)
app.add_typer(models.app, rich_help_panel=KEEPING)
app.add_typer(plugins.app, rich_help_panel=KEEPING)
