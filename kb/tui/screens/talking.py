"""A screen that talks with the notes, in one mode at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import on, work
from textual.screen import Screen

from kb.errors import KbError
from kb.safe_text import safe_line
from kb.tui import messages
from kb.tui.widgets.conversation import Conversation
from kb.tui.widgets.sources import SourcesPane
from kb.tui.widgets.status import StatusLine

if TYPE_CHECKING:
    from kb.answering.kept_conversations import Conversation as Held
    from kb.plugin_api import Cancellation, Event, Mode
    from kb.tui.app import KbApp


class Talking(Screen[None]):
    """Holds the session of a mode; its events are shown as they come."""

    app: KbApp

    def __init__(self) -> None:
        super().__init__()
        self._mode = "ask"
        self._begun = False  # whether a session of the mode is open
        self._reopened: Mode | None = None  # asking that goes on with an earlier conversation
        self._cancellation: Cancellation | None = None
        self._turn_began = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether a reply is being made."""
        return self._cancellation is not None

    @property
    def status(self) -> StatusLine:
        """The line at the bottom."""
        return self.query_one(StatusLine)

    @property
    def conversation(self) -> Conversation:
        """The part in the middle."""
        return self.query_one(Conversation)

    def stop(self) -> None:
        """Stop the reply, if one is being made."""
        if self._cancellation is not None:
            self._cancellation.cancel()

    def begin_mode(self, name: str, argument: str = "") -> None:
        """Talk in another mode from here on."""
        if name not in self.app.modes:
            self.app.tell(f"There is no mode {name!r}. Modes: {', '.join(self.app.modes)}.")
            return
        if self._cancellation is not None:
            self._cancellation.cancel()
        mode = self.app.modes[name]
        self._mode, self._begun, self._reopened = name, False, None
        conversation = self.query_one(Conversation)
        conversation.note(f"{mode.title}: {mode.summary}", "mode")
        if mode.commands:  # what they do is told by /help, and while one is typed
            names = "  ".join(key.partition(" ")[0] for key in mode.commands)
            conversation.note(f"{names}  ·  /help says more", "hint")
        conversation.invite(_invitation(mode))
        conversation.focus_line()
        status = self.query_one(StatusLine)
        status.mode, status.standing = name, ""
        if argument:
            conversation.user_said(argument)
            self._turn(argument)

    def reopen(self, earlier: Held) -> None:
        """Show a conversation held before, and go on with it."""
        from kb.ask_mode import going_on

        self.stop()
        self.conversation.clear()
        for one in earlier.exchanges:
            self.conversation.user_said(one.question)
            self.conversation.kb_said("  \n".join(one.answer.splitlines()))
        self._mode, self._begun, self._reopened = "ask", False, going_on(earlier)
        self.status.mode, self.status.standing = "ask", ""
        self.conversation.invite("Ask a follow-up")
        self.conversation.focus_line()

    def _turn(self, text: str) -> None:
        from kb.models.language_model import Cancellation

        self._cancellation = Cancellation()
        self._turn_began = time.monotonic()
        self.query_one(StatusLine).doing = "Working · Esc stops"
        self._run_turn(text, self._cancellation)

    @work(thread=True, group="turn", exit_on_error=False)
    def _run_turn(self, text: str, cancellation: Cancellation) -> None:
        ended, error = False, ""
        try:
            for event in self._events(text, cancellation):
                ended = ended or getattr(event, "ended", False)
                self.app.post_from_worker(self, messages.SessionEvent(event))
        except KbError as problem:
            error = str(problem)
        self.app.post_from_worker(self, messages.TurnEnded(ended, error))

    def _events(self, text: str, cancellation: Cancellation) -> Iterator[Event]:
        sessions = self.app.sessions
        if sessions is None:
            return
        mode = self._reopened or self.app.modes[self._mode]
        if self._begun and sessions.mode is mode:
            yield from sessions.reply(text, cancellation)
            return
        self._begun = True
        yield from sessions.begin(mode, text, cancellation)

    @on(messages.SessionEvent)
    def _happened(self, message: messages.SessionEvent) -> None:
        from kb.plugin_api import Answered, Card, Choices, Said, Saved, Sources, Standing, Status, Verdict

        conversation, status = self.query_one(Conversation), self.query_one(StatusLine)
        match message.event:
            case Status(text):
                status.doing = f"{safe_line(text)} · Esc stops"
            case Said(markdown):
                conversation.kb_said(markdown)
            case Sources(quotes):
                self.query_one(SourcesPane).show(quotes)
            case Answered(answer):
                conversation.show_answer(answer)
            case Card():
                conversation.invite("Your answer")
                conversation.show_card(message.event)
            case Verdict():
                conversation.show_verdict(message.event)
                if message.event.source:
                    self.query_one(SourcesPane).show([message.event.source])
            case Choices():
                conversation.show_choices(message.event)
            case Standing(label, value, of, detail):
                conversation.invite("Your answer")
                count = f"{value}/{of}" if of else str(value)
                status.standing = safe_line(" · ".join(filter(None, (f"{label} {count}", detail))))
            case Saved(path):
                self.notify(f"Wrote {safe_line(str(path))}", markup=False)

    @on(messages.TurnEnded)
    def _turn_ended(self, message: messages.TurnEnded) -> None:
        stopped = self._cancellation is not None and self._cancellation.cancelled
        self._cancellation = None
        took = f"{time.monotonic() - self._turn_began:.1f} s"
        model = self.app.sessions.model() if self.app.sessions is not None else ""
        self.status.doing = f"{took} · {safe_line(model)}" if model else took
        conversation = self.query_one(Conversation)
        if message.error:
            conversation.note(message.error, "problem")
            self.app.problems.append(message.error)
        elif stopped:
            conversation.note("Stopped.")
        if message.ended:
            self._begun = False
            conversation.note("Session finished. Type to start another, or Ctrl+T to switch mode.")
            self.status.standing = ""
            conversation.invite(_invitation(self.app.modes[self._mode]))
            self.app.load_modes()  # cards due may be fewer


def _invitation(mode: Mode) -> str:
    return f"{mode.title}: {mode.argument}" if mode.argument else f"{mode.title}: press Enter to begin"
