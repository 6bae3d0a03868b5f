"""`kb open`, `kb edit` and `kb pick`: from a name to the note itself."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from kb.cli.completion import complete_note
from kb.cli.editing import find_note, open_in_editor
from kb.cli.options import Index, Vault, resolve_options
from kb.cli.output import out
from kb.cli.render.places import address
from kb.errors import ProgramMissing, UsageError
from kb.notes.places import read_citation
from kb.notes.suffixes import is_markdown
from kb.safe_text import safe_line

if TYPE_CHECKING:
    pass


Note = Annotated[
    str,
    typer.Argument(
        help="Its path, file name, alias or title; path:line goes to a line.",
        show_default=False,
        autocompletion=complete_note,
    ),
]


def open_note(context: typer.Context, note: Note, vault: Vault = None, index: Index = None) -> None:
    """Open a note in Obsidian, or your system's program; a PDF at its page.

    For example: kb open "Spaced repetition", or: kb open "Papers/x.pdf, p. 12"
    """
    options = resolve_options(context, vault, index)
    with closing(options.knowledge_base()) as base:
        name, place = read_citation(note) or (note, "")
        path, _ = find_note(base, name)
        link = address(base.settings.vault, path, "" if is_markdown(path) else place)
    if typer.launch(link) != 0:
        raise ProgramMissing(f"Nothing here opens {link}. Open it in your editor instead: kb edit {path!r}")


def edit(context: typer.Context, note: Note, vault: Vault = None, index: Index = None) -> None:
    """Open a note in your editor ($VISUAL or $EDITOR).

    For example: kb edit "Spaced repetition"
    """
    options = resolve_options(context, vault, index)
    with closing(options.knowledge_base()) as base:
        path, line = find_note(base, (read_citation(note) or (note,))[0])
        file = base.settings.vault / path
    if path.lower().endswith(".pdf"):
        raise UsageError(f"{path} is not text. Open it with: kb open {path!r}")
    open_in_editor(file, line)


def pick(
    context: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(help="Words to start the search with.", show_default=False)
    ] = None,
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Search while you type, with a preview.

    Prints path:line of what you choose. For example: kb edit "$(kb pick)"
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("kb pick needs a terminal. Search without one with: kb search")
    from kb.tui.pick import PickApp

    options = resolve_options(context, vault, index)
    place = PickApp(options.settings(), " ".join(query or [])).run()
    if place is None:
        raise typer.Exit(1)
    out().print(Text(f"{safe_line(place.path)}:{place.line}"), soft_wrap=True)
