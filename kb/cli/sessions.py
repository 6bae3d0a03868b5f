"""Sessions of any mode on a plain terminal or a pipe."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from kb.cli.host import plugin_host
from kb.cli.output import say, say_error
from kb.cli.prompt import read_line
from kb.cli.render.events import print_events, print_lines
from kb.cli.streams import reader_is_gone
from kb.errors import KbError, UsageError

if TYPE_CHECKING:
    from kb.plugin_api import KnowledgeBase, Mode


def find_mode(name: str) -> Mode:
    """The mode called `name`; raises UsageError with the known ones."""
    modes = plugin_host().modes
    if name not in modes:
        raise UsageError(f"There is no mode {name!r}. Modes: {', '.join(modes)}.")
    return modes[name]


def run_session(
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

    render = print_lines if json else print_events
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


def _read(mode: Mode) -> str | None:
    """The next line, or None at the end of stdin."""
    return read_line(f"{mode.name}> ")


def _print_commands(mode: Mode, switching: bool) -> None:
    rows = dict(mode.commands)
    if switching:
        rows["/mode NAME"] = f"switch to {', '.join(plugin_host().modes)}"
    for command, summary in rows.items():
        say(f"  {command}  {summary}")
