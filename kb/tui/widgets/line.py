"""A line to write in."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from kb.safe_text import pasted_line


class Line(Input):
    """An input that takes all lines of what is pasted, joined by blanks; Textual's takes the first."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.paste(event.text)

    def paste(self, text: str) -> None:
        """Put pasted text in place of what is selected, or at the cursor."""
        self.replace(pasted_line(text), *self.selection)
