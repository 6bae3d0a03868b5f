"""The conversation in the middle: what was said, answers and cards, quick replies, and the line to write in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from kb.safe_text import safe_line, safe_text
from kb.tui.messages import Typed, UserInput
from kb.tui.widgets.home import Home
from kb.tui.widgets.prompt import Completions, Offer, Prompt
from kb.tui.widgets.replies import QuickReplies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kb.plugin_api import Answer, Card, Choices, Verdict

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_GRADES = {
    "right": ("Right.", "$text-success"),
    "unsure": ("Close? Compare and grade yourself.", "$text-warning"),
    "wrong": ("Not quite.", "$text-error"),
}


class Transcript(VerticalScroll):
    """What was said. As it grows its end stays in sight, and yet the beginning of what is to be read now."""

    begins: Widget | None = None  # what is to be read now begins here

    def watch_virtual_size(self) -> None:
        """Scroll once what grew is laid out."""
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        end = float(self.max_scroll_y)
        if self.begins is not None and self.begins.parent is self:
            end = min(end, self.begins.virtual_region.y)
        self.scroll_to(y=end, animate=False, force=True)


class Conversation(Vertical):
    """Shows a conversation; the user's lines are posted as UserInput."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "scroll(-1)", "Up", show=False),
        Binding("pagedown", "scroll(1)", "Down", show=False),
        Binding("down", "choose", "Choose", show=False),
    ]

    def __init__(self, offers: Callable[[str], Sequence[Offer]]) -> None:
        """`offers` completes the line; see Prompt."""
        super().__init__(id="conversation")
        self.transcript: list[str] = []  # as Markdown
        self.last_reply: list[str] = []
        self._pieces: list[Widget] = []  # of the reply that is being made
        self._offers = offers

    def compose(self) -> ComposeResult:
        yield Home()
        yield Transcript(id="said")
        yield Completions()
        yield Prompt(self._offers)

    def on_mount(self) -> None:
        """Begin with the first page."""
        self._show_home(True)
        self.query_one(Completions).display = False

    @property
    def home(self) -> Home:
        """The first page."""
        return self.query_one(Home)

    def _show_home(self, shown: bool) -> None:
        self.home.display = shown
        self.query_one("#said").display = not shown

    def action_choose(self) -> None:
        """Go to the replies that are offered, or into the first page."""
        if self.home.display:
            self.home.enter()
        for offered in self.query(QuickReplies):
            if not offered.disabled:
                offered.focus()

    def action_scroll(self, pages: int) -> None:
        """Scroll what was said, while the line keeps the focus."""
        said = self.query_one("#said", VerticalScroll)
        said.scroll_relative(y=pages * max(1, said.size.height - 2), animate=False)

    def invite(self, placeholder: str) -> None:
        """Say what may be written."""
        self.query_one("#line", Input).placeholder = placeholder

    def focus_line(self) -> None:
        """Let the user write."""
        self.query_one("#line", Input).focus()

    def write(self, text: str) -> None:
        """Put `text` on the line, for the user to go on with."""
        line = self.query_one("#line", Prompt)
        line.focus()
        line.paste(text)

    def user_said(self, text: str) -> None:
        """Show what the user sent."""
        self.transcript.append(f"**{text}**")
        self.last_reply, self._pieces = [], []
        self._withdraw_replies()
        self._append(Static(Content(safe_text(text)), classes="user"), begins=True)

    def kb_said(self, markdown: str) -> None:
        """Show a piece of the reply."""
        # What reads Markdown is not waited for by the first paint.
        from kb.tui.widgets.markdown import NoteMarkdown

        self.transcript.append(markdown)
        self.last_reply.append(markdown)
        piece = NoteMarkdown(safe_text(markdown), classes="reply")
        self._pieces.append(piece)
        self._append(piece)

    def show_answer(self, answer: Answer) -> None:
        """Lay the whole answer out in the place of its pieces."""
        from kb.tui.widgets.answer import AnswerCard

        for piece in self._pieces:
            piece.remove()
        self._pieces = []
        self._append(AnswerCard(answer))

    def show_card(self, card: Card) -> None:
        """Put a question to the learner."""
        from kb.plugin_api import CARD_KINDS

        self.transcript.append(card.stem)

        place = f"{card.number} of {card.total}" if card.total else str(card.number)
        self._append(
            Static(
                Content.assemble(
                    (f"{place} · {CARD_KINDS[card.kind]}\n", "$text-muted"), (safe_text(card.stem), "bold")
                ),
                classes="card",
            ),
            begins=True,
        )
        if card.options:
            self.offer(list(zip(_LETTERS, card.options, strict=False)))

    def show_verdict(self, verdict: Verdict) -> None:
        """Tell how an answer was graded."""
        words, style = _GRADES[verdict.grade]
        parts: list[tuple[str, str]] = [(words, f"bold {style}")]
        if verdict.note:
            parts.append((f" {safe_line(verdict.note)}", ""))
        if verdict.key:
            parts += [("\nThe note's answer: ", "$text-muted"), (safe_line(verdict.key), "bold")]
        if verdict.source:
            text = safe_line(verdict.source.text)
            around = "" if text == safe_line(verdict.key) else f"  {text}"
            parts.append((f"\n{safe_line(verdict.source.where)}{around}", "$text-muted"))
        self.transcript.append("".join(text for text, _ in parts))
        # From here on, for what there is to choose now stands below it.
        self._append(Static(Content.assemble(*parts), classes=f"verdict {verdict.grade}"), begins=True)

    def show_choices(self, choices: Choices) -> None:
        """Offer quick replies."""
        self.offer(list(choices.choices))

    def offer(self, replies: list[tuple[str, str]]) -> None:
        """Let the user choose; writing is as good."""
        self._withdraw_replies()
        offered = QuickReplies(replies)
        self._append(offered)
        if not self.query_one("#line", Input).value:
            self.call_after_refresh(offered.focus)

    def note(self, text: str, style: str = "notice") -> None:
        """Show a remark of the program."""
        self._append(Static(Content(safe_text(text)), classes=style))

    def clear(self) -> None:
        """Begin with an empty page."""
        self.transcript, self.last_reply, self._pieces = [], [], []
        self.query_one("#said").remove_children()
        self._show_home(True)

    def _withdraw_replies(self) -> None:
        for offered in self.query(QuickReplies):
            offered.disabled = True
        if not isinstance(self.screen.focused, Input):
            self.focus_line()

    def _append(self, widget: Widget, *, begins: bool = False) -> None:
        self._show_home(False)
        transcript = self.query_one(Transcript)
        if not transcript.is_attached:  # a piece of a reply that comes while the interface ends
            return
        if begins:
            transcript.begins = widget
        transcript.mount(widget)

    @on(Typed)
    def _typed(self, event: Typed) -> None:
        event.stop()
        self.write(event.text)

    @on(Input.Submitted, "#line")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        line = self.query_one("#line", Prompt)
        if line.is_choosing:
            line.take()
            return
        text = event.value.strip()
        line.sent(text)
        line.clear()
        self.post_message(UserInput(text))
