"""`kb mv`, `kb merge` and `kb extract`: notes and their parts get other names and places, and links follow."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.render.changes import print_renamed, tell_by_hand
from kb.errors import UsageError

if TYPE_CHECKING:
    pass


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
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        done = base.renaming.note(note, name, dry_run=dry_run, tell=tell_by_hand(options.json))
    print_renamed(done, dry_run=dry_run, json=options.json, what="links")


def merge(
    context: typer.Context,
    note: Annotated[str, typer.Argument(metavar="NOTE", help="The note that goes.", show_default=False)],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The note that stays.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and stop.")] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Put one note at the end of another; links follow.

    Links to the first lead to the second, headings and blocks included. Where both have a property, the second's is kept.

    For example: kb merge "Green tea" Tea. kb undo takes it back.
    """
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        done = base.renaming.merge(note, into, dry_run=dry_run, tell=tell_by_hand(options.json))
    print_renamed(
        done, dry_run=dry_run, json=options.json, what="text", verbs=("Merged", "Would merge"), way="into"
    )


def extract(
    context: typer.Context,
    section: Annotated[str, typer.Argument(metavar="NOTE#HEADING", show_default=False)],
    name: Annotated[
        str,
        typer.Argument(
            metavar="NEW", help="Its name, or a folder/; the heading if left out.", show_default=False
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and stop.")] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Make a section a note of its own; links follow.

    A link to the new note takes the section's place, and footnotes that it uses move along.

    For example: kb extract "Garden#Compost heap". kb undo takes it back.
    """
    if "#" not in section:
        raise UsageError(f'{section!r} names no heading. Name one, as in: kb extract "{section}#Heading"')
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        done = base.renaming.extract(section, name, dry_run=dry_run, tell=tell_by_hand(options.json))
    print_renamed(
        done, dry_run=dry_run, json=options.json, what="text", verbs=("Extracted", "Would extract"), way="to"
    )
