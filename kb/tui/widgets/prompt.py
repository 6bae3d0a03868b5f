"""The line of the conversation: it remembers what was sent, and completes commands and names of notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from kb.safe_text import safe_line
from kb.tui.widgets.line import Line

_MOST = 200  # lines remembered
Offer = tuple[str, str]  # what is written, and what it is


class Completions(OptionList, can_focus=False):
    """What the line may become; shown while there is something to complete."""

    def __init__(self) -> None:
        super().__init__(id="completions")
        self.offers: list[Offer] = []

    def show(self, offers: Sequence[Offer]) -> None:
        """Offer these."""
        self.offers = list(offers)
        self.clear_options()
        self.add_options(
            Option(Content.assemble((safe_line(text), "bold"), (f"  {safe_line(what)}", "$text-muted")))
            for text, what in self.offers
        )
        self.highlighted = None
        self.display = bool(self.offers)


class Prompt(Line):
    """Up and Down walk through what was sent before; Tab completes, and Down goes into what is offered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "before", show=False),
        Binding("down", "after", show=False),
        Binding("tab", "complete", show=False),
        Binding("escape", "close", show=False),
    ]

    def __init__(self, offers: Callable[[str], Sequence[Offer]]) -> None:
        """`offers` tells what a text up to the cursor may become: texts in its place."""
        super().__init__(placeholder="Ask your notes", id="line")
        self._offers = offers
        self._sent: list[str] = []
        self._at: int | None = None  # in what was sent, while it is walked through
        self._written = ""  # before the walk began

    @property
    def completions(self) -> Completions:
        """The list that belongs to the line."""
        return self.screen.query_one(Completions)

    def remember(self, lines: Sequence[str]) -> None:
        """Lines of earlier, the oldest first."""
        self._sent = [*lines, *self._sent][-_MOST:]

    def sent(self, text: str) -> None:
        """`text` was sent."""
        self._at = None
        if text and self._sent[-1:] != [text]:
            self._sent = [*self._sent, text][-_MOST:]

    @on(Input.Changed)
    def _offer(self, event: Input.Changed) -> None:
        walking = self._at is not None and event.value == self._sent[self._at]
        begun = event.value[: self.cursor_position]
        self.completions.show([] if walking or not begun else self._offers(begun))

    def action_before(self) -> None:
        """The line sent before this one; within what is offered, one up."""
        listed = self.completions
        if listed.display and listed.highlighted is not None:
            listed.highlighted = listed.highlighted - 1 if listed.highlighted else None
            return
        at = len(self._sent) if self._at is None else self._at
        if at == 0:
            return
        if self._at is None:
            self._written = self.value
        self._walk(at - 1)

    def action_after(self) -> None:
        """Into what is offered; else the line sent after this one."""
        listed = self.completions
        if listed.display:
            following = 0 if listed.highlighted is None else listed.highlighted + 1
            listed.highlighted = min(following, len(listed.offers) - 1)
        elif self._at is None:
            raise SkipAction
        elif self._at + 1 < len(self._sent):
            self._walk(self._at + 1)
        else:
            self._at = None
            self._write(self._written)

    def action_complete(self) -> None:
        """Take what is offered: the chosen one, else the first."""
        if not self.completions.display:
            raise SkipAction
        self.take()

    def action_close(self) -> None:
        """Offer nothing more."""
        if not self.completions.display:
            raise SkipAction
        self.completions.show([])

    def take(self) -> bool:
        """Write the chosen offer, or the first; returns whether there was one."""
        listed = self.completions
        if not listed.display or not listed.offers:
            return False
        text, _ = listed.offers[listed.highlighted or 0]
        rest = self.value[self.cursor_position :]
        self._write(text + rest, len(text))
        listed.show([])
        return True

    @property
    def is_choosing(self) -> bool:
        """Whether one of the offers was gone to, so that Enter takes it."""
        return self.completions.display and self.completions.highlighted is not None

    def _walk(self, at: int) -> None:
        self._at = at
        self._write(self._sent[at])

    def _write(self, text: str, cursor: int | None = None) -> None:
        self.value = text
        self.cursor_position = len(text) if cursor is None else cursor
