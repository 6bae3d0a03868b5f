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
from textual.widgets import Footer, Input

from kb.errors import KbError
from kb.safe_text import safe_line
from kb.tui import messages
from kb.tui.offers import offers
from kb.tui.saving import with_places, with_sources
from kb.tui.screens.talking import Talking
from kb.tui.widgets.conversation import Conversation
from kb.tui.widgets.home import Home
from kb.tui.widgets.notes import NotesPane
from kb.tui.widgets.sources import SourcesPane
from kb.tui.widgets.status import StatusLine

if TYPE_CHECKING:
    from kb.plugin_api import Mode
    from kb.tui.reading import Reader
    from kb.tui.sessions import Sessions

_SOURCE = re.compile(r"/(\d+)")  # "/2" shows what [2] cites
_COMMAND = re.compile(r"/[a-z]+")
_IN_BRACKETS = re.compile(r"\[\[([^\[\]]+)\]\]")  # a note that was completed in the line
# Columns below which a side pane hides until it is asked for: the text keeps a measure of 80.
_LEAST_WIDTH = {"notes-pane": 100, "sources-pane": 150}


class MainScreen(Talking):
    """Talks with the notes in one mode at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "choose_mode", "Mode", id="mode"),
        Binding("ctrl+b", "toggle_pane('notes-pane')", "Notes", id="notes-pane"),
        Binding("ctrl+r", "toggle_pane('sources-pane')", "Sources", id="sources-pane"),
        Binding("escape", "stop", "Stop", show=False),
        Binding("ctrl+n", "begin_again", "New conversation", show=False, id="new-conversation"),
        Binding("ctrl+y", "copy_reply", "Copy the reply", show=False, id="copy-reply"),
        Binding("ctrl+s", "save", "Save the conversation", show=False, id="save-conversation"),
    ]

    def compose(self) -> ComposeResult:
        with Horizontal(id="panes"):
            yield NotesPane()
            yield Conversation(self._offers)
            yield SourcesPane()
        yield StatusLine()
        yield Footer(show_command_palette=False)

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
        for pane, least in _LEAST_WIDTH.items():
            self.query_one(f"#{pane}").display = width >= least

    def _offers(self, begun: str) -> list[tuple[str, str]]:
        return offers(begun, self.app.modes.get(self._mode), self.app.modes, self.app.notes)

    def show_on_home(self, **parts: object) -> None:
        """Fill parts of the first page in; see HomeContent."""
        for home in self.query(Home):  # none while the program is being left
            for name, value in parts.items():
                setattr(home.content, name, value)
            home.refresh_rows()

    def commands(self) -> Iterator[SystemCommand]:
        """What the screen can do, for the command palette."""
        for name, mode in self.app.modes.items():
            yield SystemCommand(f"Mode: {mode.title}", mode.summary, partial(self.begin_mode, name))
        yield SystemCommand("New conversation", "Clear the page and start again", self.action_begin_again)
        yield SystemCommand("Conversations", "Continue an earlier one", self.action_conversations)
        yield SystemCommand("Save the conversation", "Write it to a new note", self.action_save)
        yield SystemCommand("Copy the reply", "Including its sources", self.action_copy_reply)

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted anywhere else is meant for the line."""
        self.query_one(Conversation).write(event.text)

    def begin_anew(self) -> None:
        """Forget the session that is open."""
        self._begun = False

    @on(messages.UserInput)
    def _said(self, message: messages.UserInput) -> None:
        """A line of the user's."""
        if self._cancellation is not None:
            self.notify("Still answering. Press Esc to stop.")
            return
        text = message.text
        conversation = self.conversation
        if not self.app.modes:
            self.notify("kb is still starting.")
            self.query_one("#line", Input).value = text
            return
        name, _, rest = text.partition(" ")
        if source := _SOURCE.fullmatch(text):
            self._show_source(int(source[1]))
        elif name == "/help":
            conversation.note(self._commands(), "hint")
        elif name == "/home":
            self.action_begin_again()
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
            self._turn(_IN_BRACKETS.sub(r"\1", text))

    @on(messages.DueNote)
    def _do_what_is_due(self, message: messages.DueNote) -> None:
        """Where the quiz is one of the modes, ask the note's cards; else show the note."""
        if "quiz" in self.app.modes:
            self.begin_mode("quiz", message.path)
        else:
            self.app.post_message(messages.OpenNote(message.path))

    def _commands(self) -> str:
        mode = self.app.modes[self._mode]
        rows = {
            **mode.commands,
            "/1, /2 …": "show the note that [1], [2] … cites",
            "/mode NAME TOPIC": f"another mode: {', '.join(self.app.modes)}",
            "/home": "the first page",
            "/help": "this list; F1 lists the keys",
        }
        return "\n".join(f"{command:<18}{what}" for command, what in rows.items())

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
        other = "sources-pane" if pane == "notes-pane" else "notes-pane"
        if shown.display and self.size.width < max(_LEAST_WIDTH.values()):
            self.query_one(f"#{other}").display = False  # there is room for one
        if shown.display and self.size.width < _LEAST_WIDTH[pane]:
            shown.query("Tree, .source").focus()

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
        self._begun, self._reopened = False, None
        self.query_one(Conversation).clear()
        self.query_one(SourcesPane).show(())

    def action_conversations(self) -> None:
        """Let the user choose an earlier conversation to go on with."""
        if self.app.reader is not None:
            self._find_conversations(self.app.reader)

    @work(thread=True, exclusive=True, group="conversations", exit_on_error=False)
    def _find_conversations(self, reader: Reader) -> None:
        self.app.post_from_worker(self, messages.ConversationsRead(reader.conversations()))

    @on(messages.ConversationsRead)
    def _choose_conversation(self, message: messages.ConversationsRead) -> None:
        from kb.tui.screens.choose import ChooseScreen

        held = {one.id: one for one in message.conversations}
        if not held:
            self.notify("There are no earlier conversations yet.")
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                self.reopen(held[name])

        rows = [(one.id, one.title, one.at[:10]) for one in message.conversations]
        self.app.push_screen(ChooseScreen("An earlier conversation", rows), chosen)

    def action_copy_reply(self) -> None:
        """Copy the last reply with what it cites."""
        reply = self.query_one(Conversation).last_reply
        if not reply:
            self.notify("There is no reply to copy yet.", severity="warning")
            return
        self.app.copy_to_clipboard(with_places(reply, self.query_one(SourcesPane).quotes))
        self.notify("Copied the reply.")

    def action_save(self) -> None:
        """Write the conversation to a new note."""
        transcript = self.query_one(Conversation).transcript
        if not transcript or self.app.sessions is None:
            self.notify("There is nothing to save yet.", severity="warning")
            return
        name = f"Conversations/{time.strftime('%Y-%m-%d %H.%M.%S')}"
        self._save(self.app.sessions, name, with_sources(transcript, self.query_one(SourcesPane).quotes))

    @work(thread=True, group="save", exit_on_error=False)
    def _save(self, sessions: Sessions, name: str, text: str) -> None:
        try:
            path = sessions.save(name, text)
        except KbError as error:
            self.app.post_from_worker(self.app, messages.Failed(str(error)))
        else:
            self.app.post_from_worker(self, messages.Written(path))

    @on(messages.Written)
    def _written(self, message: messages.Written) -> None:
        self.notify(f"Wrote {safe_line(message.path)}", markup=False)


def _names(mode: Mode) -> set[str]:
    """The commands of a mode, without what may follow them."""
    return {command.partition(" ")[0] for command in mode.commands}
