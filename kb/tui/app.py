"""The terminal interface: opens a knowledge base, keeps its index in step, and shows one screen over another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer

from kb.errors import IndexLocked, IndexMissing, KbError, NotTrusted, VaultMissing
from kb.safe_text import safe_line
from kb.tui import messages
from kb.tui.safe_screen import SafeApp
from kb.tui.screens.main import MainScreen
from kb.tui.taste import kept_theme
from kb.tui.widgets.conversation import Conversation
from kb.tui.widgets.notes import NotesPane
from kb.tui.work import Linking, NoteEntry, Reader, Sessions, Watching, is_there

if TYPE_CHECKING:
    from pathlib import Path

    from kb.plugin_api import Mode, Panel
    from kb.settings import Settings

_LOOK_SECONDS = 2.0  # between looks at a first index that fills, and for a vault that is gone
_RETRY_SECONDS = 5.0  # to watch, while another kb does
_BY_ANOTHER, _GONE = "synced by another kb", "vault not found"


class KbApp(SafeApp[None]):
    """`kb` without a command. `load` finds the settings; it raises VaultMissing where no vault is chosen yet."""

    TITLE = "kb"
    CSS_PATH = "kb.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "search", "Search", priority=True),
        Binding("ctrl+o", "switch_note", "Open note"),
        Binding("f3", "links", "Links"),
        Binding("f2", "settings", "Settings", show=False),
        Binding("f1", "help", "Help"),
        Binding("ctrl+l", "log", "Error log", show=False),
        Binding("ctrl+q", "quit", "Quit", priority=True),
    ]

    def __init__(self, load: Callable[[], Settings], *, watch: bool = True) -> None:
        super().__init__()
        self._load = load
        self._watches = watch
        self.settings: Settings | None = None
        self.reader: Reader | None = None
        self.sessions: Sessions | None = None
        self._watching: Watching | None = None
        self._linking: Linking | None = None
        self.main = MainScreen()
        self.notes: Sequence[NoteEntry] = ()
        self.modes: Mapping[str, Mode] = {}
        self.panels: Mapping[str, Panel] = {}
        self.theme = kept_theme(self.available_themes) or self.theme
        self.problems: list[str] = []  # everything that went wrong, for the log
        self._read_again = 0.0
        self._looking: Timer | None = None  # for the vault, while another kb watches it

    def get_default_screen(self) -> Screen[None]:
        """What stands below all others."""
        return self.main

    def on_mount(self) -> None:
        """Paint first; everything that takes time comes after."""
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        try:
            self.open(self._load())
        except VaultMissing:
            from kb.tui.screens.welcome import WelcomeScreen

            self.push_screen(WelcomeScreen())
        except NotTrusted as error:
            self._tell_at_start(str(error))
            self._confirm(None)
        except KbError as error:
            self._tell_at_start(str(error))

    def _tell_at_start(self, problem: str) -> None:
        self.tell(problem)
        self.main.query_one(Conversation).note(problem, "problem")

    def _confirm(self, root: Path | None) -> None:
        """Let the user confirm what the kb.toml in force asks for, if it asks."""
        from kb.tui.screens.trust import ask_for_trust

        ask_for_trust(self, root, lambda: self.reload(even_if_same=True) if self.settings else self._start())

    def open(self, settings: Settings) -> None:
        """Work over this knowledge base."""
        self.settings = settings
        self.sub_title = safe_line(str(settings.vault))
        self.reader = Reader(settings)
        self.sessions = Sessions(settings, lambda text: self.call_from_thread(self.inform, text))
        self._read_notes(self.reader)
        self.load_modes()
        if self._watches:
            before, self._watching = self._watching, Watching(settings)
            self._watch(self._watching, before)
        if settings.root is not None:
            self._confirm(settings.root)

    def reload(self, *, even_if_same: bool = False) -> None:
        """Work with the settings as they are now; those of before stay when they cannot be read."""
        try:
            settings = self._load()
        except KbError as error:
            self.tell(str(error))
            return
        if settings == self.settings and not even_if_same:
            return
        self._close()
        self.notes, self._linking = (), None
        self.main.begin_anew()
        self.open(settings)

    def choose_theme(self, name: str) -> None:
        """Look like this from now on."""
        from kb.tui.taste import keep_theme

        self.theme = name
        try:
            keep_theme(name)
        except OSError as error:
            self.tell(f"Couldn't save the theme: {error.strerror}. Check your state folder.")

    @work(thread=True, group="notes", exit_on_error=False)
    def _read_notes(self, reader: Reader) -> None:
        try:
            found = messages.NotesRead(reader.notes(), reader.counts(), reader.starters())
            self.post_from_worker(self, found)
            reader.warm_up()
        except IndexMissing:
            pass  # the watcher makes one
        except KbError as error:
            self.post_from_worker(self, messages.Failed(str(error)))

    @work(thread=True, group="modes", exit_on_error=False)
    def load_modes(self) -> None:
        """Load the plugins, and hear how they stand."""
        sessions = self.sessions
        if sessions is None:
            return
        modes = sessions.host.modes
        status: dict[str, int | str] = {}
        due: dict[str, int] = {}
        with suppress(KbError):  # there is no index yet
            status, due = sessions.status(), sessions.due_notes()
        found = messages.ModesFound(modes, sessions.host.panels, status, due, sessions.host.problems)
        self.post_from_worker(self, found)

    @work(thread=True, group="watching", exit_on_error=False)
    def _watch(self, watching: Watching, before: Watching | None) -> None:
        try:
            if before is not None:
                before.wait()
            watching.run(
                lambda event: self.post_from_worker(self, messages.Indexed(event)),
                lambda progress: self.post_from_worker(self, messages.Progress(progress)),
            )
        except IndexLocked as error:
            self.post_from_worker(self, messages.Failed(str(error), "locked"))
        except KbError as error:
            self.post_from_worker(self, messages.Failed(str(error), "watching"))

    def post_from_worker(self, to: MessagePump, message: Message) -> None:
        """Post, unless the program is being left."""
        if self.is_running:
            to.post_message(message)

    @on(messages.NotesRead)
    def _show_notes(self, message: messages.NotesRead) -> None:
        if list(message.notes) != list(self.notes):
            self.notes = message.notes
            self.main.query_one(NotesPane).show(message.notes)
        self.main.query_one(Conversation).welcome(message.starters)
        counts = {name: value for name, value in message.counts.items() if name != "pending"}
        self.main.status.counts = {**self.main.status.counts, **counts}

    @on(messages.ModesFound)
    def _show_modes(self, message: messages.ModesFound) -> None:
        self.modes, self.panels = message.modes, message.panels
        self.main.query_one(NotesPane).show_due(message.due)
        self.main.status.counts = {**self.main.status.counts, **message.status}
        for problem in message.problems:
            if problem not in self.problems:
                self.tell(problem)

    @on(messages.Indexed)
    def _indexed(self, message: messages.Indexed) -> None:
        from kb.indexing.watch import Paused, Synced, Watching
        from kb.linking.auto import NewLinks

        status = self.main.status
        match message.event:
            case Watching(polling=reason):
                status.index = "polling" if reason else "watching"
            case NewLinks(path=path, suggestions=links, made=made):
                what = f"{len(links)} {'link' if len(links) == 1 else 'links'}"
                words = (
                    f"{what} made in {path}; u in F3 takes back" if made else f"{what} for {path}: press F3"
                )
                self.notify(safe_line(words), markup=False)
            case Paused(reason=reason):
                status.index = "paused"
                self.tell(reason)
            case Synced(report=report):
                if report.repaired and self.reader is not None:
                    self.tell(report.repaired)
                    self.reader.reopen()
                status.index = f"{report.pending:,} pending" if report.pending else "up to date"
                if (report.changes or not self.notes) and self.reader is not None:
                    self._read_notes(self.reader)
                    self._tell_open_notes()
                for path, reason in report.unreadable[:3]:
                    self.tell(f"Not read: {path}: {reason}")

    def _tell_open_notes(self) -> None:
        from kb.tui.screens.note import NoteScreen

        for screen in self.screen_stack:
            if isinstance(screen, NoteScreen):
                screen.index_changed()

    @on(messages.Progress)
    def _show_progress(self, message: messages.Progress) -> None:
        progress = message.progress
        if progress.total:
            words = f"{progress.step} {100 * progress.done // progress.total} %"
            if progress.rate:
                left = _duration((progress.total - progress.done) / progress.rate)
                words += f", {progress.rate:,.0f}/s, {left} left"
            self.main.status.index = words
        if self.reader is not None and time.monotonic() > self._read_again:
            self._read_again = time.monotonic() + _LOOK_SECONDS
            self._read_notes(self.reader)

    @on(messages.Failed)
    def _failed(self, message: messages.Failed) -> None:
        if message.about == "locked":
            self.main.status.index = _BY_ANOTHER
            if self._looking is None:
                self._looking = self.set_interval(_LOOK_SECONDS, self._look_at_vault)
            self.set_timer(_RETRY_SECONDS, self._watch_again)
            return
        if message.about:
            self.main.status.index = "not syncing"
        self.tell(message.reason)

    def _watch_again(self) -> None:
        if self.main.status.index == _GONE:
            self.set_timer(_RETRY_SECONDS, self._watch_again)
        elif self.settings is not None:
            self._watching = Watching(self.settings)
            self._watch(self._watching, None)

    @work(thread=True, exclusive=True, group="vault", exit_on_error=False)
    def _look_at_vault(self) -> None:
        """Another kb tells its own user that the vault is gone; this one has to look for itself."""
        if self.settings is not None and self.is_running:
            vault = self.settings.vault
            self.call_from_thread(self._tell_of_vault, vault, is_there(vault))

    def _tell_of_vault(self, vault: Path, there: bool) -> None:
        status = self.main.status
        if status.index not in (_BY_ANOTHER, _GONE):
            return  # this one watches by now
        if there and status.index == _GONE:
            status.index = _BY_ANOTHER
        elif not there and status.index != _GONE:
            status.index = _GONE
            self.tell(f"Can't find the vault {vault}. Reconnect the drive or choose another vault.")

    @on(messages.OpenNote)
    def show_note(self, message: messages.OpenNote) -> None:
        """Show a note."""
        from kb.tui.screens.note import NoteScreen

        if self.reader is not None and self.settings is not None:
            self.push_screen(NoteScreen(self.reader, self.settings.vault, message))

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

    def action_links(self) -> None:
        """Review suggested links; from a note, its own."""
        from kb.tui.screens.links import LinksScreen
        from kb.tui.screens.note import NoteScreen

        if self.settings is None or isinstance(self.screen, LinksScreen):
            return
        if self._linking is None:
            self._linking = Linking(self.settings)
        self.push_screen(
            LinksScreen(self._linking, self.screen.path if isinstance(self.screen, NoteScreen) else "")
        )

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

    def inform(self, text: str) -> None:
        """Show what a person should know and did not ask for."""
        self.notify(safe_line(text), severity="warning", timeout=15, markup=False)

    def tell(self, problem: str) -> None:
        """Show a problem as a toast and keep it for the log."""
        self.problems.append(problem)
        self.notify(safe_line(problem), severity="error", timeout=8, markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything the program can do, for the command palette."""
        yield from super().get_system_commands(screen)
        yield SystemCommand("Search", "Find passages while typing", self.action_search)
        yield SystemCommand("Open note", "Find a note by its title", self.action_switch_note)
        yield SystemCommand("Suggested links", "Review suggested links", self.action_links)
        yield SystemCommand("Error log", "Errors in this session", self.action_log)
        for panel in self.panels.values():
            yield SystemCommand(panel.title, "A panel of a plugin", partial(self.open_panel, panel))
        if screen is self.main:
            yield from self.main.commands()

    def open_panel(self, panel: Panel) -> None:
        """Show what a plugin made for the interface."""
        from kb.tui.screens.panel import PanelScreen

        if self.settings is not None:
            self.push_screen(PanelScreen(panel, self.settings))

    async def action_quit(self) -> None:
        """Leave; what was finished is kept."""
        self.main.stop()
        if self._watching is not None:
            self._watching.stop()
        self.exit()

    def on_unmount(self) -> None:
        """Let go of files."""
        self._close()

    def _close(self) -> None:
        """Let go of files that nobody uses any more; the process's end takes the rest."""
        self.main.stop()
        if self._watching is not None:
            self._watching.stop()
        for part in (self.reader, self._linking):
            if part is not None:
                part.close()
        if self.sessions is not None and not self.main.is_busy:
            self.sessions.close()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
