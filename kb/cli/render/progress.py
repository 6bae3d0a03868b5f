"""How far work on the index is, and what it did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kb.cli.output import err, out, say
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from rich.progress import Progress

    from kb.indexing.sync import Report, SyncProgress, SyncReport

_SHOWN = 10  # unreadable notes named; the rest are counted


def print_report(report: SyncReport) -> None:
    """Tell what a sync did."""
    if report.repaired:
        say(report.repaired, style="yellow")
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
        f"Notes: {', '.join(changes) or 'none'}. Embedded {report.embedded:,} {'passage' if report.embedded == 1 else 'passages'} in {report.seconds:.1f} s."
    )
    if report.fetched or report.handed_over:
        out().print(
            f"Shared index: {report.fetched:,} vectors fetched, {report.handed_over:,} handed over to it.".replace(
                " 1 vectors", " 1 vector"
            )
        )
    if report.shared_trouble:
        say(safe_line(report.shared_trouble), style="yellow")
        if report.pending:
            say(
                f"{report.pending:,} passages wait for it; until then they are found by words only.",
                style="yellow",
            )
    for path, reason in report.unreadable[:_SHOWN]:
        say(f"Not read: {safe_line(reason if path in reason else f'{path}: {reason}')}", style="yellow")
    if len(report.unreadable) > _SHOWN:
        say(f"… and {len(report.unreadable) - _SHOWN} more.", style="yellow")


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A progress bar on stderr for as long as work goes on."""
    with _bar() as bar:
        task = bar.add_task("Looking for changes", total=None, rate="", visible=False)

        def show(progress: SyncProgress) -> None:
            rate = f"{progress.rate:,.0f} passages/s" if progress.rate else ""
            bar.update(
                task,
                description=progress.step,
                completed=progress.done,
                total=progress.total,
                rate=rate,
                visible=progress.done < progress.total,
            )

        yield show


def _bar() -> Progress:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
        disable=not err().is_terminal,
    )
