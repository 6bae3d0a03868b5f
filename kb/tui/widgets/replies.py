"""Replies to choose from below a question."""

from __future__ import annotations

from textual import events, on
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from kb.safe_text import safe_line
from kb.tui.messages import UserInput
from kb.tui.widgets.choices import Choices


class QuickReplies(Choices):
    """Replies to choose from, by arrows and Enter or by their keys."""

    def __init__(self, replies: list[tuple[str, str]]) -> None:
        self._replies = replies
        super().__init__(
            *(Option(Content(f"{safe_line(key)}  {safe_line(label)}".strip())) for key, label in replies),
            classes="replies",
        )

    def on_key(self, event: events.Key) -> None:
        """A key of its own, or the number of a reply, chooses it; other letters begin a written answer."""
        for number, (key, _) in enumerate(self._replies, start=1):
            if event.character in (key, str(number)):
                event.stop()
                event.prevent_default()  # else the letter would go to the line as well
                self._send(number - 1)
                return

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._send(event.option_index)

    def _send(self, index: int) -> None:
        if not self.disabled:
            self.disabled = True
            self.post_message(UserInput(self._replies[index][0]))
