"""`kb watch`: keeps the index in step while notes are written."""

from __future__ import annotations

import shlex
import signal
import time
from contextlib import closing
from types import FrameType
from typing import TYPE_CHECKING

import typer

from kb.cli.options import Index, Vault, resolve_options
from kb.cli.output import out, say
from kb.cli.render.progress import print_report, progress_bar
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.indexing.sync import Report
    from kb.indexing.watch import WatchEvent
    from kb.linking.auto_linking import NewLinks


def watch(context: typer.Context, vault: Vault = None, index: Index = None) -> None:
    """Keep the index up to date until Ctrl-C.

    For example: kb watch &
    """
    from kb.cli.daemon.beside import Beside

    options = resolve_options(context, vault, index)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with (
            closing(options.knowledge_base()) as base,
            closing(Beside(base.settings, options.vault, options.index)),
            progress_bar() as show,
        ):
            base.watch(_Told(show).tell, show).run()
    except KeyboardInterrupt:
        out().print("Stopped watching.")


class _Told:
    """Prints what is new."""

    def __init__(self, show: Report) -> None:
        self._started = False
        self._show = show

    def tell(self, event: WatchEvent | NewLinks) -> None:
        from kb.indexing.sync import SyncProgress
        from kb.indexing.watch import Paused, Synced, Watching
        from kb.linking.auto_linking import NewLinks

        self._show(SyncProgress("", 0, 0))  # nothing is being done
        match event:
            case Watching(polling=""):
                pass
            case Watching(polling=reason):
                say(f"Checking the vault every few seconds because {safe_line(reason)}.", style="yellow")
            case NewLinks(path=path, suggestions=suggestions, made=made):
                verb = "Linked in" if made else "To link in"
                for one in suggestions:
                    out().print(
                        f"{verb} {safe_line(path)}:{one.line}: {safe_line(one.mention)} → {safe_line(one.replacement)}",
                        markup=False,
                    )
                note = (
                    "Take it back with: kb undo"
                    if made
                    else f"Make them with: kb link {shlex.quote(path)} --apply"
                )
                out().print(safe_line(note), markup=False)
            case Paused(reason=reason):
                say(f"Paused: {safe_line(reason)}", style="yellow")
            case Synced(report=report):
                if report.changes or report.repaired or not self._started:
                    out().print(time.strftime("%H:%M:%S "), end="")
                    print_report(report)
                if not self._started:
                    out().print("Watching. Press Ctrl-C to stop.")
                self._started = True


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
