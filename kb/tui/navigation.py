"""The ways from one screen of the interface to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.message_pump import MessagePump

from kb.errors import KbError
from kb.tui import messages
from kb.tui.theme import Themed

if TYPE_CHECKING:
    from kb.plugin_api import Panel
    from kb.settings import Settings
    from kb.tui.linking import LinkService
    from kb.tui.reading import NoteEntry, Reader


class Navigation(Themed[None]):
    """A program over one knowledge base, with its screens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "search", "Search", priority=True, id="search"),
        Binding("ctrl+o", "switch_note", "Open", id="open-note"),
        Binding("f3", "links", "Links", id="links"),
        Binding("f2", "settings", "Settings", show=False, id="settings"),
        Binding("ctrl+p", "command_palette", "Commands", show=False, id="commands"),
        Binding("f1", "help", "Help", id="help"),
        Binding("ctrl+l", "log", "Error log", show=False, id="error-log"),
        Binding("ctrl+q", "quit", "Quit", priority=True, id="quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.settings: Settings | None = None
        self.reader: Reader | None = None
        self.notes: Sequence[NoteEntry] = ()
        self.panels: Mapping[str, Panel] = {}
        self.problems: list[str] = []  # everything that went wrong, for the log
        self._linking: LinkService | None = None

    def post_from_worker(self, to: MessagePump, message: Message) -> None:
        """Post, unless the program is being left."""
        if self.is_running:
            to.post_message(message)

    @on(messages.OpenNote)
    def show_note(self, message: messages.OpenNote) -> None:
        """Show a note."""
        from kb.tui.screens.note import NoteScreen

        if self.reader is not None and self.settings is not None:
            self.push_screen(NoteScreen(self.reader, self.settings.vault, message))

    @on(messages.OpenDaily)
    def action_daily(self) -> None:
        """Show today's note, which is made where it is missing."""
        if self.reader is not None:
            self._open_daily(self.reader)

    @work(thread=True, group="daily", exit_on_error=False)
    def _open_daily(self, reader: Reader) -> None:
        try:
            self.post_from_worker(self, messages.OpenNote(reader.todays_note()))
        except KbError as error:
            self.post_from_worker(self, messages.Failed(str(error)))

    def action_search(self) -> None:
        """Search while typing."""
        from kb.tui.screens.search import SearchScreen

        if not isinstance(self.screen, SearchScreen):
            self.push_screen(SearchScreen(lambda: self.reader))

    def action_switch_note(self) -> None:
        """Let the user open a note by its title."""
        from kb.tui.screens.choose import ChooseScreen

        def chosen(path: str | None) -> None:
            if path is not None:
                self.show_note(messages.OpenNote(path))

        if not isinstance(self.screen, ChooseScreen):
            rows = [(note.path, note.title, note.path) for note in self.notes]
            self.push_screen(ChooseScreen("Open a note: parts of its title or path", rows), chosen)

    @property
    def linking(self) -> LinkService:
        """What suggests links; it has learned when it is first asked."""
        from kb.tui.linking import LinkService

        assert self.settings is not None
        if self._linking is None:
            self._linking = LinkService(self.settings)
        return self._linking

    def action_links(self) -> None:
        """Review suggested links; from a note, its own."""
        from kb.tui.screens.note import NoteScreen

        self.show_links(messages.LinksOf(self.screen.path if isinstance(self.screen, NoteScreen) else ""))

    @on(messages.LinksOf)
    def show_links(self, message: messages.LinksOf) -> None:
        """Review the suggested links of a note, or of all for an empty path."""
        from kb.tui.screens.links import LinksScreen

        if self.settings is not None and not isinstance(self.screen, LinksScreen):
            self.push_screen(LinksScreen(self.linking, message.path))

    def action_settings(self) -> None:
        """Show the settings in force."""
        from kb.tui.screens.settings import SettingsScreen

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen())

    def action_help(self) -> None:
        """Show all keys."""
        from kb.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_log(self) -> None:
        """Show what went wrong so far."""
        from kb.tui.screens.help import LogScreen

        self.push_screen(LogScreen(self.problems))

    def open_panel(self, panel: Panel) -> None:
        """Show what a plugin made for the interface."""
        from kb.tui.screens.panel import PanelScreen

        if self.settings is not None:
            self.push_screen(PanelScreen(panel, self.settings))
