"""`kb summarize`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from kb.plugin_api import Cancellation, Terminal


def summarize_command(
    context: typer.Context,
    target: Annotated[
        list[str],
        typer.Argument(
            help="A note, folder/, #tag, search words or a period such as last-week.", show_default=False
        ),
    ],
    save_as: Annotated[
        str | None, typer.Option("--save", metavar="NOTE", help="Write it as a new note.", show_default=False)
    ] = None,
    extract: Annotated[bool, typer.Option("--extract", help="Only the notes' own sentences.")] = False,
) -> None:
    """Summarise notes: cited key points, open questions, tasks.

    For example: kb summarize "#garden"
    """
    from kb_plugins.summarize.session import save
    from kb_plugins.summarize.summarize import summarize
    from kb_plugins.summarize.summary import Summary, as_json, sections

    terminal: Terminal = context.obj
    with closing(terminal.knowledge_base()) as base:
        events = summarize(base, " ".join(target), Cancellation(), use_model=not extract)
        for event in events:
            if isinstance(event, Summary):
                summary = event
        if terminal.json:
            terminal.print_json(as_json(summary))
        else:
            for block in sections(summary):
                terminal.print_markdown(block + "\n")
            terminal.print_sources(summary.quotes)
            terminal.say(f"\n{summary.figures} · {summary.seconds:.1f} s")
        if save_as is not None:
            terminal.say(f"Wrote {save(base, summary, save_as)}")
