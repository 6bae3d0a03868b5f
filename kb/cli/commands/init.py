"""`kb init`: makes a folder a knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.cli.options import Index, Vault, resolve_options
from kb.cli.output import say
from kb.settings.rules import current_folder
from kb.settings.writing import write_settings_file


def init(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[VAULT]", help="The folder of notes.", show_default=False)
    ] = None,
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Make this folder a knowledge base over your notes.

    For example: kb init ~/Notes
    """
    options = resolve_options(context, vault, index)
    here = current_folder()
    file = write_settings_file(here, folder or options.vault or here, options.index)
    say(f"Wrote {file}. Next: kb index")
