"""Events of a session: for a person as they read, for a program as lines of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from kb.cli.output import err, out, print_json_line, say
from kb.cli.render.text import print_markdown, print_source
from kb.cli.streams import answer
from kb.safe_text import safe_line, safe_text

if TYPE_CHECKING:
    from kb.plugin_api import Card, Event, Verdict

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_GRADES = {"right": "Right.", "unsure": "Close? Compare and grade yourself.", "wrong": "Not quite."}


def print_lines(events: Iterator[Event]) -> bool:
    """Write events for a program, as they come; returns whether the session is over."""
    from dataclasses import asdict

    from kb.plugin_api import Done

    ended = False
    for event in events:
        print_json_line({"event": type(event).__name__.lower(), **asdict(event)})
        ended = isinstance(event, Done) and event.ended
    return ended


def print_events(events: Iterator[Event]) -> bool:
    """Print events as they come; returns whether the session is over."""
    from kb.plugin_api import Card, Choices, Done, Said, Saved, Sources, Standing, Status, Verdict

    ended = False
    with err().status("") as status:
        for event in events:
            if isinstance(event, Status):
                status.update(safe_line(event.text))
                continue
            status.stop()
            match event:
                case Said(markdown):
                    print_markdown(markdown)
                case Sources(quotes):
                    for quote in quotes:
                        print_source(quote, f"[{quote.number}] ")
                case Card():
                    _print_card(event)
                case Verdict():
                    _print_verdict(event)
                case Choices(choices):
                    keys = "   ".join(f"[{safe_line(key)}] {safe_line(label)}" for key, label in choices)
                    out().print(Text(keys, style="dim"), soft_wrap=True)
                case Standing(label, value, of, detail):
                    count = f"{value}/{of}" if of else str(value)
                    standing = " · ".join(filter(None, (f"{label} {count}", detail)))
                    err().print(Text(safe_line(standing), style="dim"), soft_wrap=True)
                case Saved(path):
                    say(f"Wrote {safe_line(str(path))}")
                case Done():
                    ended = event.ended
            answer().flush()
    return ended


def _print_card(card: Card) -> None:
    from kb.plugin_api import CARD_KINDS

    console = out()
    place = f"{card.number}/{card.total}" if card.total else str(card.number)
    console.print(Text(f"\n{place} · {CARD_KINDS[card.kind]}", style="dim"))
    console.print(Text(safe_text(card.stem), style="bold"), soft_wrap=console.soft_wrap)
    for letter, option in zip(_LETTERS, card.options, strict=False):
        console.print(Text(f"  {letter}) {safe_line(option)}"))


def _print_verdict(verdict: Verdict) -> None:
    console = out()
    line = Text(_GRADES[verdict.grade], style={"right": "green", "wrong": "red"}.get(verdict.grade, "yellow"))
    if verdict.note:
        line.append(f" {safe_line(verdict.note)}", style="default")
    console.print(line, soft_wrap=True)
    if verdict.key:
        console.print(Text(f"The note's answer: {safe_line(verdict.key)}"), soft_wrap=True)
    if verdict.source:
        print_source(verdict.source)
