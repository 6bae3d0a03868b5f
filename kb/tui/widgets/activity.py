"""On which days notes were written: a square a day, a column a week, the darker the more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from textual import events
from textual.content import Content
from textual.widgets import Static

HEIGHT = 10  # rows: a heading, the months, seven days, a gap
_MOST_WEEKS = 53
_LEVELS = (1, 2, 4, 8)  # notes of a day from which a square is one step stronger
_SQUARE = "■ "
_DAYS = ("Mon", "   ", "Wed", "   ", "Fri", "   ", "Sun")
_MARGIN = 5  # columns


class Activity(Static):
    """The last weeks, as many as there is room for."""

    def __init__(self) -> None:
        super().__init__(id="activity")
        self._counts: Mapping[date, int] = {}
        self._today = date.min

    def show(self, counts: Mapping[date, int], today: date) -> None:
        """Notes written on each day."""
        self._counts, self._today = counts, today
        self._draw(self.size.width)

    def on_resize(self, event: events.Resize) -> None:
        """More room shows more weeks."""
        self._draw(event.size.width)

    def _draw(self, width: int) -> None:
        if self._today != date.min and width:
            self.update(heat_map(self._counts, self._today, (width - _MARGIN) // len(_SQUARE)))


def heat_map(counts: Mapping[date, int], today: date, weeks: int) -> Content:
    """The map as text: a heading, the names of the months, seven rows."""
    weeks = max(1, min(weeks, _MOST_WEEKS))
    first = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    shown = sum(count for day, count in counts.items() if first <= day <= today)
    parts: list[str | tuple[str, str]] = [
        ("Activity", "bold $text-accent"),
        (f"  {shown:,} {'note' if shown == 1 else 'notes'} changed in {weeks} weeks\n", "$text-muted"),
        (" " * _MARGIN + _months(first, weeks) + "\n", "$text-muted"),
    ]
    for weekday in range(7):
        parts.append((f"{_DAYS[weekday]:<{_MARGIN}}", "$text-muted"))
        for week in range(weeks):
            day = first + timedelta(weeks=week, days=weekday)
            if day <= today:
                parts.append((_SQUARE, f"$heat-{level(counts.get(day, 0))}"))
        parts.append("\n")
    return Content.assemble(*parts)


def level(count: int) -> int:
    """How strong the square of a day is, 0 to 4."""
    return sum(count >= least for least in _LEVELS)


def _months(first: date, weeks: int) -> str:
    """The names of months above the weeks in which they begin."""
    line = ""
    for week in range(weeks):
        day = first + timedelta(weeks=week)
        if (week == 0 or day.day <= 7) and len(line) <= week * len(_SQUARE):
            line = line.ljust(week * len(_SQUARE)) + f"{day:%b}"
    return line
