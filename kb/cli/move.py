"""`kb mv`: gives a note another name or folder."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from kb.cli.link import print_diff
from kb.cli.options import Index, Json, Vault, chosen
from kb.cli.output import out, print_json, say
from kb.safe_text import safe_line


def move(
    context: typer.Context,
    note: Annotated[
        str, typer.Argument(metavar="OLD", help="Its path, file name, alias or title.", show_default=False)
    ],
    name: Annotated[
        str, typer.Argument(metavar="NEW", help="A path in the vault, or a folder/.", show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and stop.")] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Rename or move a note; every link to it, and in it, keeps its meaning. kb undo takes it back."""
    options = chosen(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        done = base.rename_note(note, name, dry_run=dry_run)
    if options.json:
        print_json({**asdict(done), "dry_run": dry_run})
        return
    for changed in done.notes:
        print_diff(changed.path, changed.before, changed.after)
    verb = "Would move" if dry_run else "Moved"
    out().print(
        f"{verb} {safe_line(done.old)} to {safe_line(done.new)}; links changed in {len(done.notes)} "
        f"{'note' if len(done.notes) == 1 else 'notes'}.{'' if dry_run else ' To take it back: kb undo'}",
        markup=False,
    )
    for place in done.left:
        say(f"Change this link by hand: {safe_line(place)}", style="yellow")
