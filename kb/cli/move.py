"""`kb mv`: gives a note, a folder, a heading or a block another name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.link import print_diff
from kb.cli.options import Index, Json, Vault, chosen
from kb.cli.output import out, print_json, say
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.linking.relinking import Renamed


def move(
    context: typer.Context,
    note: Annotated[
        str,
        typer.Argument(
            metavar="OLD", help="A note, a folder, Note#Heading or Note#^block.", show_default=False
        ),
    ],
    name: Annotated[
        str,
        typer.Argument(
            metavar="NEW", help="A path in the vault, a folder/, or the new heading.", show_default=False
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and stop.")] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Rename a note, folder, heading or block; links follow.

    A note or folder can also be moved. Every link keeps its meaning.

    For example: kb mv Oolong "Tea/Blue tea". kb undo takes it back.
    """
    options = chosen(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        done = base.rename_note(note, name, dry_run=dry_run, tell=tell_by_hand(options.json))
    print_renamed(done, dry_run=dry_run, json=options.json, what="links")


def tell_by_hand(json: bool) -> Callable[[Renamed], None]:
    """Names what kb cannot change for sure, before anything is written."""

    def tell(planned: Renamed) -> None:
        for place in () if json else planned.left:
            say(f"Change this by hand: {safe_line(place)}", style="yellow")

    return tell


def print_renamed(done: Renamed, *, dry_run: bool, json: bool, what: str) -> None:
    """Print what was changed, or would be."""
    if json:
        shown = asdict(done)
        print_json({**{key: shown[key] for key in ("old", "new", "notes", "left")}, "dry_run": dry_run})
        return
    for changed in done.notes:
        print_diff(changed.path, changed.before, changed.after)
    verb = "Would rename" if dry_run else "Renamed"
    out().print(
        f"{verb} {safe_line(done.old)} to {safe_line(done.new)}; {what} changed in {len(done.notes)} "
        f"{'file' if len(done.notes) == 1 else 'files'}.{'' if dry_run else ' To take it back: kb undo'}",
        markup=False,
    )
