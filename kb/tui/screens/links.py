"""Suggested links, one after another: accept, reject, always, never, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from kb.errors import KbError
from kb.safe_text import safe_line
from kb.tui.messages import Failed, OpenNote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.linking.decisions import Verdict
    from kb.linking.suggestions import LinkSuggestion
    from kb.tui.linking import LinkService


class LinksScreen(Screen[None]):
    """A queue of suggestions for one note, or for all when `note` is empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", "Accept"),
        Binding("r", "decide('reject')", "Reject"),
        Binding("A", "decide('always')", "Always"),
        Binding("n", "decide('never')", "Never"),
        Binding("u", "undo", "Undo"),
        Binding("v", "view", "View note"),
        Binding("escape", "dismiss", "Back"),
    ]

    def __init__(self, linking: LinkService, note: str = "") -> None:
        super().__init__()
        self._linking = linking
        self._note = note
        self._queue: list[LinkSuggestion] = []
        self._decided = False  # whether something was said to a suggestion since they were listed

    def compose(self) -> ComposeResult:
        yield Static("Suggested links", id="note-title", markup=False)
        with Horizontal():
            yield OptionList(id="queue")
            with Vertical(id="link-detail"):
                yield Static("Learning from your existing links …", id="detail", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Learn, then list."""
        self._find()

    @work(thread=True, exclusive=True, group="links", exit_on_error=False)
    def _find(self) -> None:
        try:
            found = self._linking.suggestions(self._note)
        except KbError as error:
            self._fail(error)
            found = []
        self._show_later(found)

    @work(thread=True, group="links", exit_on_error=False)
    def _accept(self, one: LinkSuggestion) -> None:
        try:
            left = self._linking.accept(one)
        except KbError as error:
            left = [str(error)]
        for sentence in left:
            self.app.post_message(Failed(sentence))
        if self.app.is_running:
            self.app.call_from_thread(self._look_again)

    @work(thread=True, group="links", exit_on_error=False)
    def _decide(self, verdict: Verdict, one: LinkSuggestion) -> None:
        try:
            self._linking.decide(verdict, one)
        except KbError as error:
            self._fail(error)

    @work(thread=True, group="links", exit_on_error=False)
    def _undo(self) -> None:
        try:
            done = self._linking.undo()
        except KbError as error:
            self._fail(error)
            return
        if self.app.is_running:
            self.app.call_from_thread(
                self.app.notify, safe_line(f"Undone: {done.what}. {' '.join(done.left)}"), markup=False
            )
        self._show_later(self._linking.suggestions(self._note))

    def _fail(self, error: KbError) -> None:
        if self.app.is_running:
            self.app.post_message(Failed(str(error)))

    def _show_later(self, found: Sequence[LinkSuggestion]) -> None:
        if self.app.is_running:
            self.app.call_from_thread(self._show, found)

    def _show(self, found: Sequence[LinkSuggestion]) -> None:
        self._queue, self._decided = list(found), False
        self._list(0)

    def _list(self, at: int) -> None:
        listed = self.query_one("#queue", OptionList)
        listed.clear_options()
        listed.add_options(Option(_prompt(one)) for one in self._queue)
        if self._queue:
            listed.highlighted = min(at, len(self._queue) - 1)
            listed.focus()
        else:
            words = "That was the last one. Esc goes back." if self._decided else "No links to suggest."
            self.query_one("#detail", Static).update(words)

    @on(OptionList.OptionHighlighted, "#queue")
    def _look(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._queue):
            self._read_line(self._queue[event.option_index])

    def _look_again(self) -> None:
        """The line may hold the link by now that was accepted before."""
        if not self.is_attached:
            return
        at = self.query_one("#queue", OptionList).highlighted
        if at is not None and at < len(self._queue):
            self._read_line(self._queue[at])

    @work(thread=True, exclusive=True, group="line", exit_on_error=False)
    def _read_line(self, one: LinkSuggestion) -> None:
        line = self._linking.line(one)
        if not get_current_worker().is_cancelled and self.app.is_running:
            self.app.call_from_thread(self.query_one("#detail", Static).update, _detail(one, line))

    @on(OptionList.OptionSelected, "#queue")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_accept()

    def _take(self) -> LinkSuggestion | None:
        at = self.query_one("#queue", OptionList).highlighted
        if at is None or at >= len(self._queue):
            return None
        one = self._queue.pop(at)
        self._decided = True
        self._list(at)
        return one

    def action_accept(self) -> None:
        """Make the link."""
        if one := self._take():
            self._accept(one)

    def action_decide(self, verdict: Verdict) -> None:
        """Remember what was said; "always" makes the link, too."""
        if one := self._take():
            self._decide(verdict, one)
            if verdict == "always":
                self._accept(one)
            if verdict in ("always", "never"):
                name = one.mention.casefold()
                self._queue = [
                    other for other in self._queue if other.mention.casefold() != name or verdict == "always"
                ]
                self._list(0)

    def action_undo(self) -> None:
        """Take the last change back."""
        self._undo()

    def action_view(self) -> None:
        """Show the note at the mention."""
        at = self.query_one("#queue", OptionList).highlighted
        if at is not None and at < len(self._queue):
            one = self._queue[at]
            self.app.post_message(OpenNote(one.path, one.line, one.mention))


def _prompt(one: LinkSuggestion) -> Content:
    return Content.assemble(
        (f"{one.confidence:4.0%} ", "bold $accent"),
        safe_line(one.mention),
        (f"  {safe_line(one.path)}:{one.line}", "$text-muted"),
    )


def _detail(one: LinkSuggestion, line: str) -> Content:
    start = line.find(one.mention)
    after = (
        f"{line[:start]}{one.replacement}{line[start + len(one.mention) :]}"
        if start >= 0
        else one.replacement
    )
    return Content.assemble(
        (f"{safe_line(one.path)}:{one.line}\n\n", "$text-muted"),
        (f"- {safe_line(line)}\n", "$text-error"),
        (f"+ {safe_line(after)}\n\n", "$text-success"),
        (f"to {safe_line(one.target)}, {one.confidence:.0%}\n", "bold"),
        *(f"· {safe_line(reason)}\n" for reason in one.reasons),
    )
