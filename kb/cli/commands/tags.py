"""`kb tags`: the tags of the notes, and another name for one."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import Annotated

import typer

from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json
from kb.cli.pager import paged
from kb.cli.render.changes import print_renamed, tell_by_hand
from kb.safe_text import safe_line

app = typer.Typer(
    name="tags", help="List the tags of your notes, or rename one.", invoke_without_command=True
)


@app.callback()
def tags(context: typer.Context, vault: Vault = None, index: Index = None, json: Json = False) -> None:
    """List the tags, the most used first.

    For example: kb tags
    """
    if context.invoked_subcommand is not None:
        return
    from kb.indexing.catalog_queries import CatalogQueries

    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        counts = Counter(tag for _, tag in set(CatalogQueries(base.catalog).tags()))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if options.json:
        print_json({"tags": [{"tag": tag, "notes": count} for tag, count in ordered]})
        return
    with paged():
        for tag, count in ordered:
            out().print(f"{count:6}  #{safe_line(tag)}", markup=False)


@app.command("rename")
def rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A tag, with or without #.", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and stop.")] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Rename a tag in all notes, with the tags below it.

    For example: kb tags rename project projects. kb undo takes it back.
    """
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        done = base.renaming.tag(old, new, dry_run=dry_run, tell=tell_by_hand(options.json))
    print_renamed(done, dry_run=dry_run, json=options.json, what="tag")
