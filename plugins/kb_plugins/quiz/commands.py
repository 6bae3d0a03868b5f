"""`kb quiz`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from kb.plugin_api import KnowledgeBase, NothingToStudy, Terminal, UsageError
from kb_plugins.quiz import COUNT, MODE


def quiz(
    context: typer.Context,
    topic: Annotated[
        list[str] | None, typer.Argument(help="A note, #tag, folder/, period or words.", show_default=False)
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only cards that are due.")] = False,
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, max=1000, help="How many cards to ask.")
    ] = COUNT,
    new: Annotated[
        int | None,
        typer.Option("--new", min=0, max=1000, help="New cards a day; 20 by default.", show_default=False),
    ] = None,
    stats: Annotated[
        bool, typer.Option("--stats", help="Show what you remembered, and when you studied.")
    ] = False,
    anki: Annotated[
        Path | None, typer.Option("--anki", metavar="FILE", help="Write all cards to an Anki package.")
    ] = None,
    put_away: Annotated[
        bool, typer.Option("--put-away", help="List the cards that were suspended or deleted.")
    ] = False,
    resume: Annotated[
        str, typer.Option("--resume", metavar="CARD", help="Ask a suspended or deleted card again.")
    ] = "",
    edit: Annotated[
        str, typer.Option("--edit", metavar="CARD", help="Open the card's note in $EDITOR, at the card.")
    ] = "",
) -> None:
    """Ask questions made from the notes, and again when due.

    For example: kb quiz Learning/
    """
    terminal: Terminal = context.obj
    argument = " ".join(topic or [])
    with closing(terminal.knowledge_base()) as base:
        if stats:
            _show_statistics(terminal, base)
        elif put_away:
            _show_put_away(terminal, base)
        elif resume:
            _resume(terminal, base, resume)
        elif edit:
            _edit(base, edit)
        elif anki is not None:
            _export(terminal, base, argument, anki)
        elif terminal.json:
            _list(terminal, base, argument, count, due)
        else:
            from kb_plugins.quiz.session import QuizSession

            start = partial(QuizSession, count=count, due_only=due, fresh=new)
            terminal.run(base, replace(MODE, start=start), argument)


def _show_put_away(terminal: Terminal, base: KnowledgeBase) -> None:
    from kb_plugins.quiz.deck import Deck
    from kb_plugins.quiz.logging_cards import open_log

    cards = Deck(base, open_log(base)).put_away()
    if terminal.json:
        terminal.print_json({"cards": [asdict(card) for card in cards]})
        return
    for card in cards:
        state = "deleted" if card.is_deleted else "suspended"
        terminal.print_text(f"{card.card}  {state:<9}  {card.path}: {card.question or card.key}")
    if not cards:
        terminal.say("No card is suspended or deleted.")


def _resume(terminal: Terminal, base: KnowledgeBase, name: str) -> None:
    from kb_plugins.quiz.deck import Deck
    from kb_plugins.quiz.logging_cards import open_log
    from kb_plugins.quiz.reviews import Review, now

    log = open_log(base)
    card = next((card for card in Deck(base, log).put_away() if card.card == name), None)
    if card is None:
        raise UsageError(f"No suspended or deleted card is called {name}. List them with: kb quiz --put-away")
    log.add(Review(card.card, now().isoformat(), 0, card.path, card.concept, act="resume"))
    terminal.say(f"Will be asked again: {card.question or card.key}")


def _edit(base: KnowledgeBase, name: str) -> None:
    import os
    import shlex
    import subprocess

    from kb_plugins.quiz.deck import Deck
    from kb_plugins.quiz.logging_cards import open_log

    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not editor:
        raise UsageError("No editor is set. Set EDITOR, as in: EDITOR=nano kb quiz --edit CARD")
    item = Deck(base, open_log(base)).card(name)
    if item is None:
        raise UsageError(f"No note holds a card called {name}. See the ids with: kb quiz NOTE --json")
    file = str(base.settings.vault / item.path)
    # Editors agree on +LINE; those that do not know it open the file all the same.
    try:
        subprocess.run([*editor, f"+{item.line}", file], check=False)
    except OSError as error:
        raise UsageError(
            f"{editor[0]} cannot be started: {error.strerror}. Set EDITOR to another."
        ) from error


def _show_statistics(terminal: Terminal, base: KnowledgeBase) -> None:
    from kb_plugins.quiz.logging_cards import open_log
    from kb_plugins.quiz.reviews import now
    from kb_plugins.quiz.statistics import as_text, statistics

    log = open_log(base)
    if notice := log.odd_clocks_notice():
        terminal.say(notice)
    figures = statistics(log.reviews, list(log.schedule().values()), now())
    if terminal.json:
        terminal.print_json(figures)
    else:
        terminal.print_text(as_text(figures, now().astimezone().date()))


def _export(terminal: Terminal, base: KnowledgeBase, argument: str, file: Path) -> None:
    from kb_plugins.quiz.anki import write_package
    from kb_plugins.quiz.deck import Deck
    from kb_plugins.quiz.logging_cards import open_log

    selection = base.select(argument)
    deck = Deck(base, open_log(base))
    items = list(deck.items(selection))
    if not items:
        raise NothingToStudy(f"No cards can be made from {selection.label}. Nothing was written.")
    write_package(base, items, file)
    for line in deck.unusable(selection):
        terminal.say(line)
    terminal.say(f"Wrote {len(items)} cards to {file}")


def _list(terminal: Terminal, base: KnowledgeBase, argument: str, count: int, due: bool) -> None:
    from kb_plugins.quiz.deck import Deck, is_of_deck
    from kb_plugins.quiz.logging_cards import open_log
    from kb_plugins.quiz.reviews import now

    log = open_log(base)
    deck = Deck(base, log)
    selection = base.select(argument)
    within = None if selection.kind == "all" else selection.paths
    items = [item for item in deck.due(now(), within) if is_of_deck(item, selection)][:count]
    if not due:
        items += deck.new(selection, count - len(items), now().toordinal())
    for line in (log.odd_clocks_notice(), *deck.unusable(selection)):
        if line:
            terminal.say(line)
    rows = []
    for item in items:
        row = {
            name: value
            for name, value in asdict(item).items()
            if name not in ("front", "answer", "former_id")
        }
        row["span"], row["source"] = [item.span.start, item.span.end], [item.source.start, item.source.end]
        rows.append(row)
    terminal.print_json({"cards": rows})
