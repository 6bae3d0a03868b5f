"""The conversation in the middle: what was said, cards, quick replies, and the line to write in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from kb.safe_text import safe_line, safe_text
from kb.tui.messages import Said
from kb.tui.widgets.line import Line
from kb.tui.widgets.markdown import NoteMarkdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.plugin_api import Card, Choices, Verdict

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WELCOME = "Ask your notes anything. To begin with, choose one (Down, Enter), or type your own:"
_KEYS = (
    ("Ctrl+F", "search while typing"),
    ("Ctrl+O", "open a note by its title"),
    ("Ctrl+T", "quiz, tutor, summaries"),
    ("F3", "suggested links"),
    ("F1", "all keys"),
)
_GRADES = {
    "right": ("Right.", "$text-success"),
    "unsure": ("Close? Compare and grade yourself.", "$text-warning"),
    "wrong": ("Not quite.", "$text-error"),
}


@dataclass
class Typed(Message):
    """A letter, or pasted text, for the line."""

    text: str


class QuickReplies(OptionList):
    """Replies to choose from, by arrows and Enter or by their keys."""

    def __init__(self, replies: list[tuple[str, str]], *, by_key: bool = True) -> None:
        """`by_key` lets a key of a reply choose it, which whole sentences have not."""
        self._replies = replies
        self._by_key = by_key
        super().__init__(
            *(Option(Content(f"{safe_line(key)}  {safe_line(label)}".strip())) for key, label in replies),
            classes="replies",
        )

    def on_key(self, event: events.Key) -> None:
        """A key of its own, or the number of a reply, chooses it; other letters begin a written answer."""
        for number, (key, _) in enumerate(self._replies if self._by_key else (), start=1):
            if event.character in (key, str(number)):
                event.stop()
                self._send(number - 1)
                return
        if event.is_printable and event.character:
            event.stop()
            self.post_message(Typed(event.character))

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is a written answer."""
        event.stop()
        self.post_message(Typed(event.text))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._send(event.option_index)

    def _send(self, index: int) -> None:
        if not self.disabled:
            self.disabled = True
            self.post_message(Said(self._replies[index][0]))


class Conversation(Vertical):
    """Shows a conversation; the user's lines are posted as Said."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "scroll(-1)", "Up", show=False),
        Binding("pagedown", "scroll(1)", "Down", show=False),
        Binding("down", "choose", "Choose", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="conversation")
        self.transcript: list[str] = []  # as Markdown
        self.last_reply: list[str] = []

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="said")
        yield Line(placeholder="Ask your notes", id="line")

    def on_mount(self) -> None:
        """Keep the end in sight."""
        self.query_one("#said", VerticalScroll).anchor()

    def action_choose(self) -> None:
        """Go to the replies that are offered."""
        for offered in self.query(QuickReplies):
            if not offered.disabled:
                offered.focus()

    def action_scroll(self, pages: int) -> None:
        """Scroll what was said, while the line keeps the focus."""
        said = self.query_one("#said", VerticalScroll)
        said.scroll_relative(y=pages * max(1, said.size.height - 2), animate=False)

    def welcome(self, questions: Sequence[str]) -> None:
        """On an empty page: what may be asked, and the keys."""
        if self.transcript or self.query_one("#said").query(QuickReplies):
            return
        said = self.query_one("#said", VerticalScroll)
        said.query(".welcome").remove()
        said.mount(Static(Content(_WELCOME if questions else _WELCOME.split("\n")[0]), classes="welcome"))
        if questions:
            said.mount(QuickReplies([(question, "") for question in questions], by_key=False))
        keys = Content.assemble(
            *(part for key, what in _KEYS for part in ((f"{key:<8}", "bold"), f"{what}\n"))
        )
        said.mount(Static(keys, classes="welcome hint"))

    def invite(self, placeholder: str) -> None:
        """Say what may be written."""
        self.query_one("#line", Input).placeholder = placeholder

    def focus_line(self) -> None:
        """Let the user write."""
        self.query_one("#line", Input).focus()

    def write(self, text: str) -> None:
        """Put `text` on the line, for the user to go on with."""
        line = self.query_one("#line", Line)
        line.focus()
        line.paste(text)

    def user_said(self, text: str) -> None:
        """Show what the user sent."""
        if not self.transcript:
            self.query_one("#said").query(".welcome, QuickReplies").remove()
        self.transcript.append(f"**{text}**")
        self.last_reply = []
        self._withdraw_replies()
        self._append(Static(Content(safe_text(text)), classes="user"))

    def kb_said(self, markdown: str) -> None:
        """Show a piece of the reply."""
        self.transcript.append(markdown)
        self.last_reply.append(markdown)
        self._append(NoteMarkdown(safe_text(markdown), classes="reply"))

    def show_card(self, card: Card) -> None:
        """Put a question to the learner."""
        self.transcript.append(card.stem)
        place = f"{card.number} of {card.total}" if card.total else str(card.number)
        self._append(
            Static(
                Content.assemble((f"{place} · {card.kind}\n", "$text-muted"), (safe_text(card.stem), "bold")),
                classes="card",
            )
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
            parts.append(
                (
                    f"\n{safe_line(verdict.source.path)}:{verdict.source.line}  {safe_line(verdict.source.text)}",
                    "$text-muted",
                )
            )
        self.transcript.append("".join(text for text, _ in parts))
        self._append(Static(Content.assemble(*parts), classes=f"verdict {verdict.grade}"))

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
        self.transcript, self.last_reply = [], []
        self.query_one("#said").remove_children()

    def _withdraw_replies(self) -> None:
        for offered in self.query(QuickReplies):
            offered.disabled = True
        if not isinstance(self.screen.focused, Input):
            self.focus_line()

    def _append(self, widget: Widget) -> None:
        self.query_one("#said", VerticalScroll).mount(widget)

    @on(Typed)
    def _typed(self, event: Typed) -> None:
        event.stop()
        self.write(event.text)

    @on(Input.Submitted, "#line")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        event.input.clear()
        self.post_message(Said(text))
