"""The first run: choose a folder of notes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, DirectoryTree, Input, Static
from textual.worker import get_current_worker

from kb.errors import KbError
from kb.safe_text import safe_line
from kb.settings.rules import expanded
from kb.tui.widgets.folder_line import FolderLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.tui.app import KbApp

_QUIET_SECONDS = 0.2  # while a path is being typed
_WELCOME = """Welcome to kb.

Pick your notes folder. kb indexes its Markdown files (subfolders too); indexing does not change them.
You can search meanwhile.

Tab completes a folder's name, Enter uses it, Esc goes back."""


class _Folders(DirectoryTree):
    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        return [path for path in paths if path.is_dir() and not path.name.startswith(".")]


class WelcomeScreen(ModalScreen[None]):
    """Picks a folder, says what is in it, and begins."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back")]

    app: KbApp

    def compose(self) -> ComposeResult:
        with Vertical(id="welcome", classes="dialog"):
            yield Static(_WELCOME)
            yield FolderLine(f"{Path.home()}/", id="folder", select_on_focus=False)
            yield _Folders(Path.home())
            yield Static(id="holds", markup=False)
            yield Button("Use this folder", variant="primary", id="use", disabled=True)

    def on_mount(self) -> None:
        """Look at the folder that stands there."""
        self.query_one("#folder", Input).focus()

    def action_back(self) -> None:
        """From the tree to the line, and from there out."""
        line = self.query_one("#folder", FolderLine)
        if line.has_focus:
            self.app.exit()
        else:
            line.focus()

    @on(DirectoryTree.DirectorySelected)
    def _take(self, event: DirectoryTree.DirectorySelected) -> None:
        self.query_one("#folder", Input).value = str(event.path)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.query_one("#use", Button).disabled = True
        self.query_one("#holds", Static).update("Looking …")
        self._look(event.value)

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look(self, name: str) -> None:
        from kb.notes.vault import Vault

        time.sleep(_QUIET_SECONDS)
        if get_current_worker().is_cancelled:
            return
        try:
            files = Vault(expanded(name)).scan()
        except KbError as error:
            self._tell_later(name, safe_line(str(error)), usable=False)
            return
        size = sum(file.size for file in files)
        words = f"{len(files):,} notes, {size / 1e6:,.1f} MB." if files else "No Markdown notes here."
        self._tell_later(name, words, usable=bool(files))

    def _tell_later(self, name: str, words: str, *, usable: bool) -> None:
        if self.app.is_running and not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._tell, name, words, usable)

    def _tell(self, name: str, words: str, usable: bool) -> None:
        if self.is_attached and self.query_one("#folder", Input).value == name:
            self.query_one("#holds", Static).update(words)
            self.query_one("#use", Button).disabled = not usable
            self._let_tree_follow(Path(name).expanduser())

    def _let_tree_follow(self, typed: Path) -> None:
        tree = self.query_one(_Folders)
        shown = next((folder for folder in (typed, *typed.parents) if folder.is_dir()), None)
        if shown is not None and not tree.has_focus and Path(tree.path) != shown:
            tree.path = shown

    @on(Input.Submitted)
    @on(Button.Pressed)
    def _use(self) -> None:
        from kb.settings import load_settings
        from kb.settings.writing import write_settings_file

        if self.query_one("#use", Button).disabled:
            return
        try:
            notes = expanded(self.query_one("#folder", Input).value).absolute()
            settings = load_settings(start=write_settings_file(Path.cwd(), notes).parent)
        except KbError as error:
            self.app.tell(str(error))
            return
        self.dismiss()
        self.app.open(settings)
