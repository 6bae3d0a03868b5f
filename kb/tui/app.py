"""The terminal interface: opens a knowledge base, keeps its index in step, and shows one screen over another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import SystemCommand
from textual.screen import Screen

from kb.errors import IndexMissing, KbError, NotTrusted, VaultMissing
from kb.safe_text import safe_line
from kb.tui import messages
from kb.tui.keeping import Keeping
from kb.tui.keymap import VIM, read_keymap
from kb.tui.leaving import when_closed
from kb.tui.navigation import Navigation
from kb.tui.screens.main import MainScreen
from kb.tui.widgets.notes import NotesPane
from kb.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from pathlib import Path

    from kb.plugin_api import Mode
    from kb.settings import Settings
    from kb.tui.linking import LinkService
    from kb.tui.reading import Reader
    from kb.tui.sessions import Sessions

_RECENT = 5  # notes for which links are looked for at the start
_REMEMBERED = 30  # conversations whose questions the line offers again
_LOOKED_THROUGH = 1_000  # notes at most, where that is done


class KbApp(Navigation):
    """`kb` without a command. `load` finds the settings; it raises VaultMissing where no vault is chosen yet."""

    TITLE = "kb"
    CSS_PATH = "kb.tcss"

    def __init__(self, load: Callable[[], Settings], *, watch: bool = True) -> None:
        super().__init__()
        self._load = load
        self.sessions: Sessions | None = None
        self._keeping = Keeping(self) if watch else None
        self.main = MainScreen()
        self.modes: Mapping[str, Mode] = {}

    def get_default_screen(self) -> Screen[None]:
        """What stands below all others."""
        return self.main

    def on_mount(self) -> None:
        """Paint first; everything that takes time comes after."""
        when_closed(self._leave)
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self._take_keys()
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
        self.main.conversation.note(problem, "problem")

    def _take_keys(self) -> None:
        """The user's own keys, in place of those above and of those of other screens."""
        keymap = read_keymap()
        for problem in keymap.problems:
            self.tell(problem)
        self.set_keymap(keymap.keys)
        for key, means in VIM.items() if keymap.vim else ():
            self.bind(key, f"move('{means}')", show=False)

    def action_move(self, key: str) -> None:
        """As if `key` had been pressed."""
        self.simulate_key(key)

    def _confirm(self, root: Path | None) -> None:
        """Let the user confirm what the kb.toml in force asks for, if it asks."""
        from kb.tui.screens.trust import ask_for_trust

        ask_for_trust(self, root, lambda: self.reload(even_if_same=True) if self.settings else self._start())

    def open(self, settings: Settings) -> None:
        """Work over this knowledge base."""
        # They load the knowledge base, for which the first paint must not wait.
        from kb.tui.reading import Reader
        from kb.tui.sessions import Sessions

        self.settings = settings
        self.sub_title = safe_line(str(settings.vault))
        self.reader = Reader(settings)
        self.sessions = Sessions(settings, lambda text: self.call_from_thread(self.inform, text))
        self.read_notes()
        self._read_questions(self.reader)
        self.load_modes()
        if self._keeping is not None:
            self._keeping.begin(settings)
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
        from kb.tui.preferences import keep_theme

        self.theme = name
        try:
            keep_theme(name)
        except OSError as error:
            self.tell(f"Couldn't save the theme: {error.strerror}. Check your state folder.")

    def read_notes(self) -> None:
        """List the notes anew, and gather what the first page tells of them."""
        if self.reader is not None:
            self._read_notes(self.reader)

    @work(thread=True, group="remembered", exit_on_error=False)
    def _read_questions(self, reader: Reader) -> None:
        held = reader.conversations()[:_REMEMBERED]
        questions = [one.question for conversation in reversed(held) for one in conversation.exchanges]
        self.post_from_worker(self, messages.Remembered(questions))

    @on(messages.Remembered)
    def _remember(self, message: messages.Remembered) -> None:
        for line in self.main.query(Prompt):  # none while the program is being left
            line.remember(message.questions)

    @work(thread=True, group="notes", exit_on_error=False)
    def _read_notes(self, reader: Reader) -> None:
        try:
            found = messages.NotesRead(reader.notes(), reader.counts(), reader.starters())
            self.post_from_worker(self, found)
            self.post_from_worker(self, messages.Surveyed(reader.overview()))
            reader.warm_up()
        except IndexMissing:
            pass  # the watcher makes one
        except KbError as error:
            self.post_from_worker(self, messages.Failed(str(error)))

    @work(thread=True, exclusive=True, group="links of recent", exit_on_error=False)
    def _look_for_links(self, linking: LinkService, paths: Sequence[str]) -> None:
        with suppress(KbError):
            self.post_from_worker(self, messages.LinksFound(linking.counts(paths)))

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
            status, due = sessions.standing()
        found = messages.ModesFound(modes, sessions.host.panels, status, due, sessions.host.problems)
        self.post_from_worker(self, found)

    @on(messages.NotesRead)
    def _show_notes(self, message: messages.NotesRead) -> None:
        if list(message.notes) != list(self.notes):
            first = not self.notes
            self.notes = message.notes
            self.main.query_one(NotesPane).show(message.notes)
            if first and len(self.notes) <= _LOOKED_THROUGH:
                newest = sorted(self.notes, key=lambda note: -note.mtime_ns)[:_RECENT]
                self._look_for_links(self.linking, [note.path for note in newest])
        self.main.show_on_home(notes=message.notes, starters=message.starters)
        counts = {name: value for name, value in message.counts.items() if name != "pending"}
        self.main.status.counts = {**self.main.status.counts, **counts}

    @on(messages.Surveyed)
    def _show_overview(self, message: messages.Surveyed) -> None:
        self.main.show_on_home(overview=message.overview)

    @on(messages.LinksFound)
    def _show_link_counts(self, message: messages.LinksFound) -> None:
        self.main.show_on_home(links=message.links)

    @on(messages.ModesFound)
    def _show_modes(self, message: messages.ModesFound) -> None:
        self.modes, self.panels = message.modes, message.panels
        self.main.query_one(NotesPane).show_due(message.due)
        self.main.show_on_home(due=message.due)
        self.main.status.counts = {**self.main.status.counts, **message.status}
        for problem in message.problems:
            if problem not in self.problems:
                self.tell(problem)

    @on(messages.Indexed)
    def _indexed(self, message: messages.Indexed) -> None:
        if self._keeping is not None:
            self._keeping.indexed(message.event)

    @on(messages.Progress)
    def _show_progress(self, message: messages.Progress) -> None:
        if self._keeping is not None:
            self._keeping.progressed(message.progress)
        else:
            self.read_notes()

    @on(messages.Failed)
    def _failed(self, message: messages.Failed) -> None:
        if self._keeping is None or self._keeping.failed(message.about):
            self.tell(message.reason)

    def tell_open_notes(self) -> None:
        """Other notes may link to the open ones now."""
        from kb.tui.screens.note import NoteScreen

        for screen in self.screen_stack:
            if isinstance(screen, NoteScreen):
                screen.index_changed()

    def inform(self, text: str) -> None:
        """Show what a person should know and did not ask for."""
        self.notify(safe_line(text), severity="warning", timeout=15, markup=False)

    def tell(self, problem: str) -> None:
        """Show a problem as a toast and keep it for the log."""
        self.problems.append(problem)
        self.notify(safe_line(problem), severity="error", timeout=8, markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything the program can do, for the command palette."""
        from kb.tui.commands import commands

        yield from commands(self, screen)

    async def action_quit(self) -> None:
        """Leave; what was finished is kept."""
        self._leave()

    def _leave(self) -> None:
        self.main.stop()
        if self._keeping is not None:
            self._keeping.stop()
        self.exit()

    def on_unmount(self) -> None:
        """Let go of files."""
        self._close()

    def _close(self) -> None:
        """Let go of files that nobody uses any more; the process's end takes the rest."""
        self.main.stop()
        if self._keeping is not None:
            self._keeping.stop()
        for part in (self.reader, self._linking):
            if part is not None:
                part.close()
        if self.sessions is not None and not self.main.is_busy:
            self.sessions.close()
