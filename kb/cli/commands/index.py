"""`kb index`: brings the index in step with the notes."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import Index, Vault, resolve_options
from kb.cli.output import err, out, say
from kb.cli.render.progress import print_report, progress_bar
from kb.errors import IndexOutOfStep, UsageError
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

_SHOWN = 10  # unreadable notes named; the rest are counted


def index_notes(
    context: typer.Context,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Continue even if most notes are missing.")
    ] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Delete the index and rebuild it.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the index against the notes without changing anything.")
    ] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also erase deleted passages and free disk space.")
    ] = False,
    workers: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Embed on the Dask workers of this scheduler: tcp://host:8786."),
    ] = "",
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Update the index.

    For example: kb index, after notes have changed
    """
    if verify and (rebuild or purge or accept_removals):
        raise UsageError("--verify can't be combined with other options.")
    if rebuild and accept_removals:
        raise UsageError("--accept-removals has no effect with --rebuild; drop it.")
    if workers and (rebuild or verify):
        raise UsageError("--workers can't be combined with --rebuild or --verify.")
    options = resolve_options(context, vault, index)
    with closing(options.knowledge_base()) as base:
        if verify:
            _verify(base)
            return
        with progress_bar() as show:
            report = (
                base.rebuild(show)
                if rebuild
                else base.index(show, accept_removals=accept_removals, strict=True, workers=workers)
            )
        print_report(report)
        if report.changes:
            _advise(base)
        if purge:
            out().print(f"Purged: {max(base.upkeep.purge(), 0) / 1e6:,.1f} MB freed.")


def _advise(base: KnowledgeBase) -> None:
    from kb.indexing.model_choice import advice

    if message := advice(base.settings.embedding.model, base.catalog):
        say(message, style="yellow")


def _verify(base: KnowledgeBase) -> None:
    with err().status("Reading all notes again"):
        differences = base.verify()
    if not differences:
        out().print("The index matches the notes.")
        return
    for difference in differences[:_SHOWN]:
        say(f"{safe_line(difference.where)}: {safe_line(difference.what)}")
    if len(differences) > _SHOWN:
        say(f"… and {len(differences) - _SHOWN} more.")
    raise IndexOutOfStep(
        f"The index differs from the notes in {len(differences)} places. Run: kb index, or kb index --rebuild"
    )
