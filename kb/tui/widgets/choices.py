"""A list to choose from that leaves letters to the line below it."""

from __future__ import annotations

from textual import events
from textual.widgets import OptionList

from kb.tui.messages import Typed


class Choices(OptionList):
    """Keys that move and choose are its own; what is typed or pasted is posted as `Typed`."""

    def on_key(self, event: events.Key) -> None:
        """Letters go to the line."""
        if event.is_printable and event.character:
            event.stop()
            self.post_message(Typed(event.character))

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text goes there, too."""
        event.stop()
        self.post_message(Typed(event.text))
