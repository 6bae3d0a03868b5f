"""A source: a quote with a rule in the colour of its citation, or a note that lies near a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from kb.safe_text import safe_line, safe_text
from kb.tui.messages import OpenNote
from kb.tui.theme import citation_class, citation_colour

if TYPE_CHECKING:
    from kb.plugin_api import Quote

_FIRST_PROPERTY = 2  # the line
_PROPERTY = re.compile(r"[\w -]+:(?:\s|$)")
_LONGEST = 600  # characters of a quote shown; its note has the rest


class Place(Static, can_focus=True):
    """Something that stands in a note; Enter or a click shows it there."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Show in its note", show=False)]

    def __init__(self, shown: Content, place: OpenNote, *, classes: str) -> None:
        super().__init__(shown, classes=f"place {classes}")
        self._place = place

    def on_click(self, event: events.Click) -> None:
        """As Enter does."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Show the note."""
        self.app.post_message(self._place)


class Source(Place):
    """A numbered quote. `with_text` is left out where the quote was just read above."""

    def __init__(self, quote: Quote, *, with_text: bool = True) -> None:
        self.quote = quote
        super().__init__(
            _shown(quote, with_text),
            OpenNote(quote.path, quote.line, quote.quote),
            classes=f"source {citation_class(quote.number)}",
        )


def breadcrumb(path: str, title: str, headings: tuple[str, ...]) -> str:
    """Where a passage stands: its note, then the headings above it."""
    return safe_line(" › ".join((title or path, *(one for one in headings if one != title))))


def is_of_properties(quote: Quote) -> bool:
    """Whether the quote is front matter: its first property stands on the second line, below no heading."""
    return quote.line == _FIRST_PROPERTY and not quote.heading_path and bool(_PROPERTY.match(quote.text))


def _shown(quote: Quote, with_text: bool) -> Content:
    from kb.retrieval.excerpt import properties_line

    text = properties_line(quote.text) if is_of_properties(quote) else safe_text(quote.text).strip()
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rpartition(" ")[0] + " …"
    return Content.assemble(
        (f"{quote.number} ", f"bold {citation_colour(quote.number)}"),
        (breadcrumb(quote.path, quote.title, quote.heading_path), "bold"),
        (f"  {safe_line(quote.where)}", "$text-muted"),
        *(("\n", with_marks(text, quote.short)) if with_text and text else ()),
    )


def with_marks(text: str, words: str) -> Content:
    """`text` with `words`, where it holds them, marked as the answer's own."""
    content = Content(text)
    start = text.find(safe_text(words)) if words else -1
    if start >= 0 and len(words) < len(text):
        content = content.stylize("bold $text-accent", start, start + len(safe_text(words)))
    return content
