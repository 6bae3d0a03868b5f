"""Holds a session of any mode on a plain terminal or a pipe; `kb chat` switches between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from kb.cli.options import Index, Vault, chosen
from kb.cli.output import err, out, print_indented, print_json_line, say, say_error
from kb.cli.plugin_commands import plugin_host
from kb.cli.streams import answer, reader_is_gone
from kb.errors import KbError, UsageError
from kb.safe_text import safe_line, safe_text

if TYPE_CHECKING:
    from kb.answering.answer import Quote
    from kb.knowledge_base import KnowledgeBase
    from kb.plugin_api import Card, Event, Mode, Verdict

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_GRADES = {"right": "Right.", "unsure": "Close? Compare and grade yourself.", "wrong": "Not quite."}


def chat(
    context: typer.Context,
    mode: Annotated[str, typer.Option("--mode", "-m", help="The mode to start in.")] = "ask",
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Talk with the notes: ask, study; /mode NAME switches.

    For example: kb chat --mode quiz
    """
    options = chosen(context, vault, index)
    with closing(options.knowledge_base()) as base:
        wanted: tuple[str, str] | None = (mode, "")
        while wanted:
            name, argument = wanted
            try:
                wanted = hold(base, find_mode(name), argument, switching=True)
            except KbError as error:
                if name == mode and not argument:
                    raise
                say_error(str(error))
                wanted = (mode, "")


def find_mode(name: str) -> Mode:
    """The mode called `name`; raises UsageError with the known ones."""
    modes = plugin_host().modes
    if name not in modes:
        raise UsageError(f"There is no mode {name!r}. Modes: {', '.join(modes)}.")
    return modes[name]


def hold(
    base: KnowledgeBase,
    mode: Mode,
    argument: str = "",
    *,
    once: bool = False,
    switching: bool = False,
    json: bool = False,
) -> tuple[str, str] | None:
    """Hold a session until it ends or stdin does; returns (mode, argument) when another is wished for.

    With `json`, each event is one JSON object on a line of stdout.
    """
    from kb.plugin_api import Cancellation

    render = _write_lines if json else _render
    with closing(plugin_host().session(base, mode)) as session:
        ended = render(session.open(argument, Cancellation()))
        while not (ended or once or reader_is_gone()) and (line := _read(mode)) is not None:
            command, _, rest = line.partition(" ")
            if command == "/help":
                _print_commands(mode, switching)
            elif switching and command == "/mode":
                name, _, topic = rest.strip().partition(" ")
                return name, topic
            elif command == "/quit" and "/quit" not in mode.commands:
                return None
            else:
                try:
                    ended = render(session.reply(line, Cancellation()))
                except KbError as error:
                    say_error(str(error))
    return None


def _write_lines(events: Iterator[Event]) -> bool:
    """Write events for a program, as they come; returns whether the session is over."""
    from dataclasses import asdict

    from kb.plugin_api import Done

    ended = False
    for event in events:
        print_json_line({"event": type(event).__name__.lower(), **asdict(event)})
        ended = isinstance(event, Done) and event.ended
    return ended


def _read(mode: Mode) -> str | None:
    """The next line, or None at the end of stdin."""
    from kb.cli.prompt import read_line

    return read_line(f"{mode.name}> ")


def _print_commands(mode: Mode, switching: bool) -> None:
    rows = dict(mode.commands)
    if switching:
        rows["/mode NAME"] = f"switch to {', '.join(plugin_host().modes)}"
    for command, summary in rows.items():
        say(f"  {command}  {summary}")


def _render(events: Iterator[Event]) -> bool:
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
                    err().print(Text(safe_line(f"{label} {count} {detail}"), style="dim"), soft_wrap=True)
                case Saved(path):
                    say(f"Wrote {safe_line(str(path))}")
                case Done():
                    ended = event.ended
            answer().flush()
    return ended


def print_markdown(text: str) -> None:
    """Print Markdown: laid out on a terminal, as it is where a program reads."""
    from rich.markdown import Markdown  # 20 ms to import

    console = out()
    if console.is_terminal:
        console.print(Markdown(safe_text(text), hyperlinks=False))
    else:
        console.print(Text(safe_text(text)), soft_wrap=True)


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


def print_source(quote: Quote, mark: str = "") -> None:
    """Print a quote with its place."""
    head = Text(mark)
    head.append(safe_line(quote.where), style="cyan")
    out().print(head, soft_wrap=True)
    print_indented(out(), Text(f"“{safe_line(quote.quote)}”", style="dim"))
