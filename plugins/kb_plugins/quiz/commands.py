"""`kb quiz`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from kb.plugin_api import KnowledgeBase, NothingToStudy, Terminal
from kb_plugins.quiz import COUNT, MODE


def quiz(
    context: typer.Context,
    topic: Annotated[
        list[str] | None, typer.Argument(help="A note, #tag, folder/, period or words.", show_default=False)
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only cards that are due.")] = False,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1000, help="Cards asked.")] = COUNT,
    stats: Annotated[bool, typer.Option("--stats", help="Show what was kept, and when you studied.")] = False,
    anki: Annotated[
        Path | None, typer.Option("--anki", metavar="FILE", help="Write all cards to an Anki package.")
    ] = None,
) -> None:
    """Ask questions made from the notes, and again when they are due."""
    terminal: Terminal = context.obj
    argument = " ".join(topic or [])
    with closing(terminal.knowledge_base()) as base:
        if stats:
            _show_statistics(terminal, base)
        elif anki is not None:
            _export(terminal, base, argument, anki)
        elif terminal.json:
            _list(terminal, base, argument, count, due)
        else:
            from kb_plugins.quiz.session import QuizSession

            start = partial(QuizSession, count=count, due_only=due)
            terminal.run(base, replace(MODE, start=start), argument)


def _show_statistics(terminal: Terminal, base: KnowledgeBase) -> None:
    from kb_plugins.quiz.reviews import now
    from kb_plugins.quiz.session import open_log
    from kb_plugins.quiz.statistics import as_text, statistics

    log = open_log(base)
    figures = statistics(log.reviews, list(log.schedule().values()), now())
    if terminal.json:
        terminal.print_json(figures)
    else:
        terminal.print_text(as_text(figures, now().astimezone().date()))


def _export(terminal: Terminal, base: KnowledgeBase, argument: str, file: Path) -> None:
    from kb_plugins.quiz.anki import write_package
    from kb_plugins.quiz.deck import Deck
    from kb_plugins.quiz.session import open_log

    selection = base.select(argument)
    items = list(Deck(base, open_log(base)).items(selection))
    if not items:
        raise NothingToStudy(f"No card can be made of {selection.label}. Nothing was written.")
    write_package(items, f"kb::{selection.label}", file)
    terminal.say(f"Wrote {len(items)} cards to {file}")


def _list(terminal: Terminal, base: KnowledgeBase, argument: str, count: int, due: bool) -> None:
    from kb_plugins.quiz.deck import Deck
    from kb_plugins.quiz.reviews import now
    from kb_plugins.quiz.session import open_log

    deck = Deck(base, open_log(base))
    selection = base.select(argument)
    items = deck.due(now(), None if selection.kind == "all" else selection.paths)[:count]
    if not due:
        items += deck.new(selection, count - len(items), now().toordinal())
    rows = []
    for item in items:
        row = asdict(item)
        row["span"], row["source"] = [item.span.start, item.span.end], [item.source.start, item.source.end]
        rows.append(row)
    terminal.print_json({"cards": rows})
