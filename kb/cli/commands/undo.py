"""`kb undo`: takes back the last change that kb made to notes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict

import typer

from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json, say
from kb.safe_text import safe_line

_SHOWN = 50  # files; an import may have written thousands


def undo(context: typer.Context, vault: Vault = None, index: Index = None, json: Json = False) -> None:
    """Take back the last change that kb made to your notes.

    Notes that were changed since then are left as they are.

    For example: kb undo, after kb mv
    """
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        done = base.undo()
    if options.json:
        print_json(asdict(done))
        return
    out().print(f"Undone: {safe_line(done.what)}.", markup=False)
    for path in done.restored[:_SHOWN]:
        out().print(f"  {safe_line(path)}", markup=False)
    if len(done.restored) > _SHOWN:
        out().print(f"  … and {len(done.restored) - _SHOWN:,} more", markup=False)
    for sentence in done.left:
        say(safe_line(sentence), style="yellow")
