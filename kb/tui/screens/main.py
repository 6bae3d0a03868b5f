"""The main screen: notes at the left, a conversation in the middle, its sources at the right."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Footer, Input

from kb.errors import KbError
from kb.safe_text import safe_line
from kb.tui import messages
from kb.tui.widgets.conversation import Conversation
from kb.tui.widgets.notes import NotesPane
from kb.tui.widgets.sources import SourcesPane
from kb.tui.widgets.status import StatusLine

if TYPE_CHECKING:
    from kb.plugin_api import Cancellation, Event, Mode
    from kb.tui.app import KbApp

_SOURCE = re.compile(r"/(\d+)")  # "/2" shows what [2] cites
_COMMAND = re.compile(r"/[a-z]+")
_NARROW = 100  # columns, below which the side panes hide until they are asked for


class MainScreen(Screen[None]):
    """Talks with the notes in one mode at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "choose_mode", "Mode"),
        Binding("ctrl+b", "toggle_pane('notes-pane')", "Notes"),
        Binding("ctrl+r", "toggle_pane('sources-pane')", "Sources"),
        Binding("escape", "stop", "Stop", show=False),
        Binding("ctrl+n", "begin_again", "New conversation", show=False),
        Binding("ctrl+y", "copy_reply", "Copy the reply", show=False),
        Binding("ctrl+s", "save", "Save the conversation", show=False),
    ]

    app: KbApp

    def __init__(self) -> None:
        super().__init__()
        self._mode = "ask"
        self._begun = False  # whether a session of the mode is open
        self._cancellation: Cancellation | None = None
        self._turn_began = 0.0

    def compose(self) -> ComposeResult:
        with Horizontal(id="panes"):
            yield NotesPane()
            yield Conversation()
            yield SourcesPane()
        yield StatusLine()
        yield Footer()

    def on_mount(self) -> None:
        """Let the user write at once."""
        self._fit(self.app.size.width)
        self.query_one(SourcesPane).show(())
        self.query_one(Conversation).focus_line()
        self.query_one(StatusLine).mode = self._mode

    def on_resize(self, event: events.Resize) -> None:
        """Hide or show the side panes with the width."""
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        for pane in ("notes-pane", "sources-pane"):
            self.query_one(f"#{pane}").display = width >= _NARROW

    @property
    def status(self) -> StatusLine:
        """The line at the bottom."""
        return self.query_one(StatusLine)

    @property
    def is_busy(self) -> bool:
        """Whether a reply is being made."""
        return self._cancellation is not None

    def commands(self) -> Iterator[SystemCommand]:
        """What the screen can do, for the command palette."""
        for name, mode in self.app.modes.items():
            yield SystemCommand(f"Mode: {mode.title}", mode.summary, partial(self.begin_mode, name))
        yield SystemCommand("New conversation", "Clear the page and start again", self.action_begin_again)
        yield SystemCommand("Save the conversation", "Write it to a new note", self.action_save)
        yield SystemCommand("Copy the reply", "Including its sources", self.action_copy_reply)

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted anywhere else is meant for the line."""
        self.query_one(Conversation).write(event.text)

    def begin_anew(self) -> None:
        """Forget the session that is open."""
        self._begun = False

    def stop(self) -> None:
        """Stop the reply, if one is being made."""
        if self._cancellation is not None:
            self._cancellation.cancel()

    @on(messages.Said)
    def _said(self, message: messages.Said) -> None:
        """A line of the user's."""
        if self._cancellation is not None:
            self.notify("Still answering. Press Esc to stop.")
            return
        text = message.text
        conversation = self.query_one(Conversation)
        if not self.app.modes:
            self.notify("kb is still starting.")
            self.query_one("#line", Input).value = text
            return
        name, _, rest = text.partition(" ")
        if source := _SOURCE.fullmatch(text):
            self._show_source(int(source[1]))
        elif name == "/help":
            conversation.note(self._commands(), "hint")
        elif name == "/mode":
            wanted, _, topic = rest.strip().partition(" ")
            self.begin_mode(wanted or "ask", topic.strip())
        elif name == "/quit" and "/quit" not in _names(self.app.modes[self._mode]):
            self.app.exit()
        elif not self._begun and name in _names(self.app.modes[self._mode]):
            conversation.note("Ask something first." if self._mode == "ask" else "Nothing has started yet.")
        elif _COMMAND.fullmatch(name) and not self._begun:
            conversation.note(f"Unknown command {name}. Type /help for a list.")
        else:
            if text:
                conversation.user_said(text)
            if not text.startswith("/"):
                self.query_one(SourcesPane).show(())
            self._turn(text)

    def _commands(self) -> str:
        mode = self.app.modes[self._mode]
        rows = {
            **mode.commands,
            "/1, /2 …": "show the note that [1], [2] … cites",
            "/mode NAME TOPIC": f"another mode: {', '.join(self.app.modes)}",
            "/help": "this list; F1 lists the keys",
        }
        return "\n".join(f"{command:<18}{what}" for command, what in rows.items())

    def begin_mode(self, name: str, argument: str = "") -> None:
        """Talk in another mode from here on."""
        if name not in self.app.modes:
            self.app.tell(f"There is no mode {name!r}. Modes: {', '.join(self.app.modes)}.")
            return
        if self._cancellation is not None:
            self._cancellation.cancel()
        mode = self.app.modes[name]
        self._mode, self._begun = name, False
        conversation = self.query_one(Conversation)
        conversation.note(f"{mode.title}: {mode.summary}", "mode")
        if mode.commands:
            conversation.note("   ".join(f"{key} {text}" for key, text in mode.commands.items()), "hint")
        conversation.invite(_invitation(mode))
        conversation.focus_line()
        status = self.query_one(StatusLine)
        status.mode, status.standing = name, ""
        if argument:
            conversation.user_said(argument)
            self._turn(argument)

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
                self.app.post_from_worker(self, messages.Happened(event))
        except KbError as problem:
            error = str(problem)
        self.app.post_from_worker(self, messages.TurnEnded(ended, error))

    def _events(self, text: str, cancellation: Cancellation) -> Iterator[Event]:
        sessions = self.app.sessions
        if sessions is None:
            return
        mode = self.app.modes[self._mode]
        if self._begun and sessions.mode is mode:
            yield from sessions.reply(text, cancellation)
            return
        self._begun = True
        yield from sessions.begin(mode, text, cancellation)

    @on(messages.Happened)
    def _happened(self, message: messages.Happened) -> None:
        from kb.plugin_api import Card, Choices, Said, Saved, Sources, Standing, Status, Verdict

        conversation, status = self.query_one(Conversation), self.query_one(StatusLine)
        match message.event:
            case Status(text):
                status.doing = f"{safe_line(text)} · Esc stops"
            case Said(markdown):
                conversation.kb_said(markdown)
            case Sources(quotes):
                self.query_one(SourcesPane).show(quotes)
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
                status.standing = safe_line(f"{label} {count} {detail}")
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
            self.app.load_modes()  # cards due may be fewer

    def action_stop(self) -> None:
        """Stop the reply; without one, go back to the line."""
        if self._cancellation is not None:
            self._cancellation.cancel()
            self.query_one(StatusLine).doing = "Stopping"
        else:
            self.query_one(Conversation).focus_line()

    def action_toggle_pane(self, pane: str) -> None:
        """Show or hide a side pane."""
        shown = self.query_one(f"#{pane}")
        shown.display = not shown.display
        if shown.display and self.size.width < _NARROW:
            # There is room for one.
            other = "sources-pane" if pane == "notes-pane" else "notes-pane"
            self.query_one(f"#{other}").display = False
            shown.query("Tree, OptionList").first().focus()

    def _show_source(self, number: int) -> None:
        if not self.query_one(SourcesPane).open(number):
            self.notify(f"There is no source [{number}].", severity="warning")

    def action_choose_mode(self) -> None:
        """Let the user choose a mode."""
        from kb.tui.screens.choose import ChooseScreen

        rows = [(name, mode.title, mode.summary) for name, mode in self.app.modes.items()]

        def chosen(name: str | None) -> None:
            if name is not None:
                self.begin_mode(name)

        self.app.push_screen(ChooseScreen("Mode", rows), chosen)

    def action_begin_again(self) -> None:
        """Begin with an empty page."""
        self._begun = False
        self.query_one(Conversation).clear()
        self.query_one(SourcesPane).show(())

    def action_copy_reply(self) -> None:
        """Copy the last reply with what it cites."""
        reply = self.query_one(Conversation).last_reply
        if not reply:
            self.notify("There is no reply to copy yet.", severity="warning")
            return
        cited = set(re.findall(r"\[(\d+)\]", " ".join(reply)))
        quotes = [quote for quote in self.query_one(SourcesPane).quotes if str(quote.number) in cited]
        lines = [f"[{quote.number}] {quote.path}:{quote.line}" for quote in quotes]
        self.app.copy_to_clipboard("\n\n".join(reply) + ("\n\n" + "\n".join(lines) if lines else ""))
        self.notify("Copied the reply.")

    def action_save(self) -> None:
        """Write the conversation to a new note."""
        transcript = self.query_one(Conversation).transcript
        if not transcript or self.app.sessions is None:
            self.notify("There is nothing to save yet.", severity="warning")
            return
        cited = "\n".join(
            f"- [{quote.number}] [[{quote.path.removesuffix('.md')}|{quote.title}]], line {quote.line}"
            for quote in self.query_one(SourcesPane).quotes
        )
        text = "\n\n".join([*transcript, *([f"## Sources\n\n{cited}"] if cited else [])])
        name = f"Conversations/{time.strftime('%Y-%m-%d %H.%M.%S')}"
        try:
            self.notify(f"Wrote {safe_line(self.app.sessions.save(name, text))}", markup=False)
        except KbError as error:
            self.app.tell(str(error))


def _names(mode: Mode) -> set[str]:
    """The commands of a mode, without what may follow them."""
    return {command.partition(" ")[0] for command in mode.commands}


def _invitation(mode: Mode) -> str:
    return f"{mode.title}: {mode.argument}" if mode.argument else f"{mode.title}: press Enter to begin"
