"""A plugin for kb: `kb calendar` shows a month, with the days that have a note, and lists those notes.

To use it, put this file into the folder `plugins` beside your kb.toml and run: kb trust
"""

from __future__ import annotations

import calendar
import datetime
from contextlib import closing
from typing import Annotated, Any

import typer

from kb.plugin_api import KnowledgeBase, Terminal, UsageError, hookimpl, safe_line


def daily_notes(base: KnowledgeBase, year: int, month: int) -> dict[int, list[str]]:
    """Paths of the notes that are of a day of this month by their name, such as 2026-03-01, by day."""
    found: dict[int, list[str]] = {}
    for note in base.catalog.notes():
        day = note.named_day
        if day is not None and (day.year, day.month) == (year, month):
            found.setdefault(day.day, []).append(note.path)
    return found


def as_text(year: int, month: int, notes: dict[int, list[str]]) -> str:
    """The month, a line a week from Monday on; days with a note have a star."""
    rows = [f"{calendar.month_name[month]} {year}", "Mo  Tu  We  Th  Fr  Sa  Su"]
    for week in calendar.Calendar().monthdayscalendar(year, month):
        days = [f"{day or '':>2}{'*' if day in notes else ' '}" for day in week]
        rows.append(" ".join(days).rstrip())
    rows += [f"{day:>2}  {safe_line(path)}" for day, paths in sorted(notes.items()) for path in paths]
    return "\n".join(rows)


def month_of(text: str) -> tuple[int, int]:
    """Year and month of a text such as 2026-03; of today for an empty one. Raises UsageError."""
    if not text:
        today = datetime.date.today()
        return today.year, today.month
    try:
        day = datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise UsageError(f"{text!r} isn't a month. Write it as in: kb calendar 2026-03") from None
    return day.year, day.month


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb calendar`."""

    @app.command("calendar")
    def command(
        context: typer.Context,
        month: Annotated[str, typer.Argument(help="Such as 2026-03; this month unless named.")] = "",
    ) -> None:
        """Show a month with the days that have a note."""
        terminal: Terminal = context.obj
        year, number = month_of(month)
        with closing(terminal.knowledge_base()) as base:
            notes = daily_notes(base, year, number)
        if terminal.json:
            found: dict[str, Any] = {"month": f"{year}-{number:02}", "notes": notes}
            terminal.print_json(found)
        else:
            terminal.print_text(as_text(year, number, notes))
