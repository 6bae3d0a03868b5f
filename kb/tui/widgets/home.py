"""What stands on an empty page: questions to begin with, today's note, what was read last, what is due, what lies loose."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kb.safe_text import safe_line
from kb.tui.messages import DueNote, LinksOf, OpenDaily, OpenNote, UserInput
from kb.tui.widgets.activity import HEIGHT, Activity
from kb.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from kb.tui.reading import NoteEntry, Overview

_RECENT, _FEW = 5, 3
_ROOM_FOR_LISTS = 22  # rows
_ASK = "Ask your notes anything. To begin, choose one (Down, Enter), or type your own:"
_GO_ON = "Ask your notes anything, or go on with one of these (Down, Enter):"  # where no question is offered
_NAME_WIDTH, _LEAST_NAME_WIDTH = 44, 12  # columns
_BESIDE_NAME = 26  # columns: the longest remark, the spaces around it, the scrollbar
_HOUR, _DAY = 3600, 86400


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be chosen, or a heading without `does`."""

    shown: Content
    does: Message | None = None


@dataclass(slots=True)
class HomeContent:
    """What is known so far; each part is filled in when it is."""

    notes: Sequence[NoteEntry] = ()
    starters: Sequence[str] = ()
    due: Mapping[str, int] = field(default_factory=dict)
    overview: Overview | None = None
    links: Mapping[str, int] = field(default_factory=dict)  # suggested ones of a note, by its path


class Home(Vertical):
    """Choosing a row posts what it stands for."""

    def __init__(self) -> None:
        super().__init__(id="home")
        self.content = HomeContent()
        self._rows: list[Row] = []

    def compose(self) -> ComposeResult:
        yield Static(_GO_ON, id="home-ask")
        yield Choices(id="home-list")
        yield Activity()

    def on_resize(self, event: events.Resize) -> None:
        """The map of activity stands where there is room for it."""
        self._fit(event.size.height)

    def _fit(self, height: int) -> None:
        self.query_one(Activity).display = height >= _ROOM_FOR_LISTS + HEIGHT
        self.refresh_rows()

    def refresh_rows(self) -> None:
        """Show what is known now; the row that was gone to stays chosen."""
        listed = self.query_one(Choices)
        self.query_one("#home-ask", Static).update(_ASK if self.content.starters else _GO_ON)
        rows = list(
            _rows(self.content, max(_LEAST_NAME_WIDTH, min(_NAME_WIDTH, self.size.width - _BESIDE_NAME)))
        )
        if [row.shown.markup for row in rows] != [row.shown.markup for row in self._rows]:
            at = listed.highlighted
            self._rows = rows
            listed.clear_options()
            listed.add_options(Option(row.shown, disabled=row.does is None) for row in rows)
            listed.highlighted = at if at is not None and at < len(rows) and listed.has_focus else None
        if self.content.overview is not None:
            self.query_one(Activity).show(self.content.overview.activity, self.content.overview.today)

    def enter(self) -> bool:
        """Go into the list; returns whether there is anything to choose."""
        listed = self.query_one(Choices)
        first = next((place for place, row in enumerate(self._rows) if row.does is not None), None)
        if first is None:
            return False
        listed.focus()
        if listed.highlighted is None:
            listed.highlighted = first
        return True

    @on(OptionList.OptionSelected, "#home-list")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if does := self._rows[event.option_index].does:
            self.post_message(does)


def _rows(content: HomeContent, width: int) -> Iterator[Row]:
    """The rows, with names of `width` columns."""
    for question in content.starters:
        yield Row(Content.assemble("  ", safe_line(question)), UserInput(question))
    titles = {note.path: note.title for note in content.notes}
    overview = content.overview
    if overview is not None:
        yield from _heading("Today")
        does = "open today's note" if overview.today_written else "begin today's note"
        yield _row(overview.today_title, width, does, OpenDaily())
    if content.notes:
        yield from _heading("Recent")
        for note in sorted(content.notes, key=lambda note: -note.mtime_ns)[:_RECENT]:
            yield _row(note.title, width, _ago(note.mtime_ns), OpenNote(note.path))
    if due := sorted(content.due.items(), key=lambda item: -item[1])[:_FEW]:
        yield from _heading("Due", f"{sum(content.due.values())} in {len(content.due)} notes")
        for path, count in due:
            yield _row(titles.get(path, path), width, f"{count} to review", DueNote(path))
    if content.links:
        yield from _heading("Suggested links", "F3 shows all")
        for path, count in list(content.links.items())[:_FEW]:
            words = "1 link" if count == 1 else f"{count} links"
            yield _row(titles.get(path, path), width, words, LinksOf(path))
    if overview is not None and overview.orphans:
        count = len(overview.orphans)
        yield from _heading("Not linked yet", f"{count} {'note' if count == 1 else 'notes'}")
        for path in overview.orphans[:_FEW]:
            yield _row(titles.get(path, path), width, "no links in or out", OpenNote(path))


def _heading(name: str, remark: str = "") -> Iterator[Row]:
    yield Row(Content(" "))
    yield Row(Content.assemble((name, "bold $text-accent"), (f"  {remark}" if remark else "", "$text-muted")))


def _row(name: str, width: int, remark: str, does: Message) -> Row:
    shown = safe_line(name)
    if len(shown) > width:
        shown = shown[: width - 1] + "…"
    return Row(Content.assemble("  ", f"{shown:<{width}}", (f"  {safe_line(remark)}", "$text-muted")), does)


def _ago(mtime_ns: int) -> str:
    """How long ago, in the largest unit."""
    seconds = max(0.0, time.time() - mtime_ns / 1e9)
    if seconds < _HOUR:
        return "just now" if seconds < 120 else f"{seconds / 60:.0f} minutes ago"
    if seconds < _DAY:
        return "1 hour ago" if seconds < 2 * _HOUR else f"{seconds // _HOUR:.0f} hours ago"
    return "yesterday" if seconds < 2 * _DAY else f"{seconds // _DAY:.0f} days ago"
