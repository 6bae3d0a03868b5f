"""`kb index`: brings the index in step with the notes."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from kb.cli.options import Index, Vault, chosen
from kb.cli.output import err, out, say
from kb.indexing.sync import SyncProgress, SyncReport
from kb.safe_text import safe_line

_SHOWN = 10  # unreadable notes named; the rest are counted


def index_notes(
    context: typer.Context,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Go on although most notes are gone.")
    ] = False,
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Bring the index in step with the notes."""
    options = chosen(context, vault, index)
    with closing(options.knowledge_base()) as base, _bar() as bar:
        task = bar.add_task("Looking for changes", total=None, rate="", visible=False)

        def show(progress: SyncProgress) -> None:
            bar.update(
                task,
                description=progress.step,
                completed=progress.done,
                total=progress.total,
                rate=progress.rate,
            )

        report = base.index(show, accept_removals=accept_removals)
    _print(report)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
    )


def _print(report: SyncReport) -> None:
    changes = [
        f"{count:,} {name}"
        for name, count in (
            ("added", report.added),
            ("changed", report.changed),
            ("renamed", report.renamed),
            ("removed", report.removed),
            ("unchanged", report.unchanged),
        )
        if count
    ]
    out().print(
        f"Notes: {', '.join(changes) or 'none'}. Embedded {report.embedded:,} passages in {report.seconds:.1f} s."
    )
    for path, reason in report.unreadable[:_SHOWN]:
        say(f"Not read: {safe_line(path)}: {safe_line(reason)}", style="yellow")
    if len(report.unreadable) > _SHOWN:
        say(f"… and {len(report.unreadable) - _SHOWN} more.", style="yellow")
