"""The sources at the right: what the numbers [n] of the reply cite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kb.safe_text import safe_line
from kb.tui.messages import OpenNote

if TYPE_CHECKING:
    from kb.plugin_api import Quote


class SourcesPane(Vertical):
    """Numbered quotes; choosing one posts OpenNote."""

    def __init__(self) -> None:
        super().__init__(id="sources-pane")
        self.quotes: list[Quote] = []

    def compose(self) -> ComposeResult:
        yield Static("Sources", classes="title")
        yield OptionList(id="quotes")
        yield Static("Sources for the answer will appear here.", id="no-quotes", classes="hint")

    def show(self, quotes: Sequence[Quote]) -> None:
        """List these quotes in place of others."""
        self.quotes = list(quotes)
        listed = self.query_one("#quotes", OptionList)
        listed.clear_options()
        listed.add_options(Option(_prompt(quote)) for quote in self.quotes)
        self.query_one("#no-quotes").display = not self.quotes
        listed.display = bool(self.quotes)

    def open(self, number: int) -> bool:
        """Show the note that [number] cites; returns whether there is one."""
        for quote in self.quotes:
            if quote.number == number:
                self.app.post_message(OpenNote(quote.path, quote.line, quote.quote))
                return True
        return False

    @on(OptionList.OptionSelected, "#quotes")
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        quote = self.quotes[event.option_index]
        self.app.post_message(OpenNote(quote.path, quote.line, quote.quote))


def _prompt(quote: Quote) -> Content:
    return Content.assemble(
        (f"[{quote.number}] ", "bold $accent"),
        (safe_line(quote.title), "bold"),
        "\n",
        (f"{safe_line(quote.path)}:{quote.line}", "$text-muted"),
        "\n",
        safe_line(quote.text),
        "\n",
    )
