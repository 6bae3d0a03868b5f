"""A plugin for kb: the mode `reread` shows a note again after 1, 3, 7, 21, 60 and then every 180 days.

It begins with the notes you name (`kb reread "#book"`); those that are due count in `kb status` as well. What was read is
kept in `.kb/rereading` of the vault. To use it, put this file into the folder `plugins` beside your kb.toml and run: kb trust
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

import typer

from kb.plugin_api import (
    Cancellation,
    Choices,
    Done,
    Event,
    KnowledgeBase,
    Mode,
    Said,
    Standing,
    Terminal,
    hookimpl,
    safe_line,
    safe_text,
)

STEPS = (1, 3, 7, 21, 60, 180)  # days
SHOWN = 2_000  # characters of a note
LOG = "rereading"


def readings(base: KnowledgeBase) -> dict[str, tuple[int, datetime.date]]:
    """How often each note was read, and when last, by path. Two readings of one day count once."""
    days: dict[str, set[datetime.date]] = {}
    for row in base.logs.of(LOG).rows():
        try:
            day = datetime.date.fromisoformat(str(row["day"]))
        except (KeyError, ValueError):
            continue
        days.setdefault(str(row.get("path", "")), set()).add(day)
    return {path: (len(read), max(read)) for path, read in days.items()}


def due(base: KnowledgeBase, today: datetime.date) -> list[str]:
    """Paths of the notes to read again, the longest waiting first."""
    known, dated = {note.path for note in base.catalog.notes()}, []
    for path, (times, last) in readings(base).items():
        day = last + datetime.timedelta(days=STEPS[min(times, len(STEPS)) - 1])
        if path in known and day <= today:
            dated.append((day, path))
    return [path for _, path in sorted(dated)]


class Rereading:
    """Shows what is due, then the notes that were named and never read; anything said goes on, /quit ends."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._paths: list[str] = []
        self._at = 0

    def open(self, argument: str, _: Cancellation, /) -> Iterator[Event]:
        wanted = list(self._base.select(argument).paths) if argument else []
        read = readings(self._base)
        again = [path for path in due(self._base, datetime.date.today()) if not argument or path in wanted]
        self._paths = again + [path for path in wanted if path not in read]
        yield from self._show()

    def reply(self, text: str, _: Cancellation, /) -> Iterator[Event]:
        if text.strip() == "/quit":
            self._at = len(self._paths)
        elif self._at < len(self._paths):
            if text.strip() != "/later":
                today = datetime.date.today().isoformat()
                self._base.logs.of(LOG).add({"path": self._paths[self._at], "day": today})
            self._at += 1
        yield from self._show()

    def close(self) -> None:
        """Every reading is written down already."""

    def _show(self) -> Iterator[Event]:
        if self._at >= len(self._paths):
            yield Said("Nothing more to read again today.")
            yield Done(ended=True)
            return
        path = self._paths[self._at]
        text = self._base.note(path).text
        yield Standing("note", self._at + 1, len(self._paths))
        yield Said(f"**{safe_line(path)}**\n\n{safe_text(text[:SHOWN])}{' …' if len(text) > SHOWN else ''}")
        yield Choices((("read", "read it"), ("/later", "not now"), ("/quit", "stop")))
        yield Done()


MODE = Mode("reread", "Re-reading", "Notes again at growing intervals", "note, #tag or folder/", Rereading)


@hookimpl
def kb_modes() -> list[Mode]:
    return [MODE]


@hookimpl
def kb_due_notes(base: KnowledgeBase) -> dict[str, int]:
    return dict.fromkeys(due(base, datetime.date.today()), 1)


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    @app.command("reread")
    def command(context: typer.Context, notes: Annotated[list[str] | None, typer.Argument()] = None) -> None:
        """Read notes again at growing intervals."""
        terminal: Terminal = context.obj
        with closing(terminal.knowledge_base()) as base:
            terminal.run(base, MODE, " ".join(notes or []))
