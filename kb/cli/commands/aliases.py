"""`kb aliases`: the other names of the notes, and another name for one."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json
from kb.cli.render.changes import print_renamed, tell_by_hand
from kb.safe_text import safe_line

app = typer.Typer(
    name="aliases", help="List the aliases of your notes, or rename one.", invoke_without_command=True
)


@app.callback()
def aliases(context: typer.Context, vault: Vault = None, index: Index = None, json: Json = False) -> None:
    """List the aliases, each with its note.

    For example: kb aliases
    """
    if context.invoked_subcommand is not None:
        return
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        found = sorted((alias, one.path) for one in base.catalog.names() for alias in one.aliases)
    if options.json:
        print_json({"aliases": [{"alias": alias, "path": path} for alias, path in found]})
        return
    for alias, path in found:
        out().print(f"{safe_line(alias)}  {safe_line(path)}", markup=False)


@app.command("rename")
def rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", show_default=False)],
    note: Annotated[str, typer.Option("--note", help="The note, where several have the alias.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and stop.")] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Rename an alias of a note; links that use it follow.

    For example: kb aliases rename Camellia "Tea plant". kb undo takes it back.
    """
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        done = base.renaming.alias(old, new, note, dry_run=dry_run, tell=tell_by_hand(options.json))
    print_renamed(done, dry_run=dry_run, json=options.json, what="alias")
