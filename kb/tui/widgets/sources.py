"""The sources at the right: what the numbers [n] of the reply cite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from kb.tui.messages import OpenNote
from kb.tui.widgets.source import Source

if TYPE_CHECKING:
    from kb.plugin_api import Quote


class SourcesPane(Vertical):
    """Numbered quotes; choosing one posts OpenNote."""

    def __init__(self) -> None:
        super().__init__(id="sources-pane")
        self.quotes: list[Quote] = []

    def compose(self) -> ComposeResult:
        yield Static("Sources", classes="title")
        yield VerticalScroll(id="quotes", can_focus=False)
        yield Static("Sources for the answer will appear here.", id="no-quotes", classes="hint")

    def show(self, quotes: Sequence[Quote]) -> None:
        """List these quotes in place of others."""
        self.quotes = list(quotes)
        listed = self.query_one("#quotes", VerticalScroll)
        listed.remove_children()
        listed.mount_all(Source(quote) for quote in self.quotes)
        self.query_one("#no-quotes").display = not self.quotes
        listed.display = bool(self.quotes)

    def open(self, number: int) -> bool:
        """Show the note that [number] cites; returns whether there is one."""
        for quote in self.quotes:
            if quote.number == number:
                self.app.post_message(OpenNote(quote.path, quote.line, quote.quote))
                return True
        return False

    def focus_first(self) -> None:
        """Go to the first quote."""
        for source in self.query(Source):
            source.focus()
            return
