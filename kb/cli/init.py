"""`kb init`: makes a folder a knowledge base."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kb.cli.options import Index, Vault, chosen
from kb.cli.output import say
from kb.errors import SettingsError, VaultMissing
from kb.settings import FILE_NAME, default_index

_TEMPLATE = """\
# A knowledge base of kb. Every setting is listed in kb's README.
vault = {vault}
index = {index}

# [models]
# path = "path/to/a/model.gguf"   # the language model; the bundled small one when left out
"""


def init(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[VAULT]", help="The folder of notes.", show_default=False)
    ] = None,
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Make the current folder a knowledge base over a folder of notes."""
    options = chosen(context, vault, index)
    here = Path.cwd()
    notes = (folder or options.vault or here).expanduser()
    if not notes.is_dir():
        raise VaultMissing(
            f"There is no folder {notes}. Name the folder that holds your notes: kb init FOLDER"
        )
    file = here / FILE_NAME
    if file.exists():
        raise SettingsError(f"{file} exists already. Edit it, or delete it and run kb init again.")
    inside = notes.absolute() == here or here.is_relative_to(notes.absolute())
    # An index among the notes would be synced and searched along with them.
    place = options.index or (default_index(notes.absolute()) if inside else here / "index")
    text = _TEMPLATE.format(vault=_quoted(_shortest(notes, here)), index=_quoted(_shortest(place, here)))
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}. Choose another folder.") from error
    say(f"Wrote {file}. Next: kb index")


def _shortest(path: Path, base: Path) -> str:
    absolute = Path(os.path.normpath(path if path.is_absolute() else base / path))
    return absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else str(absolute)


def _quoted(text: str) -> str:
    """`text` as a TOML string."""
    import json

    return json.dumps(text, ensure_ascii=False)
