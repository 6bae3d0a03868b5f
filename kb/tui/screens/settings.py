"""The settings in force; they are changed in kb.toml, with the user's editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, OptionList, Static
from textual.widgets.option_list import Option

from kb.errors import KbError
from kb.safe_text import safe_line
from kb.settings import FILE_NAME
from kb.settings.listing import setting_rows
from kb.settings.writing import write_settings
from kb.tui.editor import edit
from kb.tui.screens.dialog import Dialog
from kb.tui.screens.setting import SettingScreen

if TYPE_CHECKING:
    from kb.tui.app import KbApp


class SettingsScreen(Dialog[None]):
    """Every setting, and the theme to choose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2", "dismiss", "Back"),
        Binding("e", "edit", "Edit kb.toml"),
    ]

    app: KbApp

    def compose(self) -> ComposeResult:
        with Vertical(id="settings", classes="dialog"):
            yield Static("Current settings. Press Enter to change one, e to edit kb.toml.", classes="title")
            yield DataTable(id="values", cursor_type="row", zebra_stripes=True)
            yield Static("Theme", classes="title")
            yield OptionList(
                *(Option(name, id=name) for name in sorted(self.app.available_themes)), id="themes"
            )

    def fill(self) -> None:
        """Fill the table."""
        table = self.query_one("#values", DataTable)
        table.add_columns("setting", "value", "default")
        self._fill()
        themes = self.query_one("#themes", OptionList)
        themes.highlighted = themes.get_option_index(self.app.theme)

    def _fill(self) -> None:
        table = self.query_one("#values", DataTable)
        table.clear()
        for row in setting_rows(self.app.settings) if self.app.settings is not None else ():
            table.add_row(*map(safe_line, row))

    @on(DataTable.RowSelected, "#values")
    def _change(self, event: DataTable.RowSelected) -> None:
        """Ask for another value, and work with it from then on."""
        event.stop()
        settings = self.app.settings
        if settings is None or settings.root is None:
            self._say_no_file()
            return
        name, value = map(str, event.data_table.get_row(event.row_key)[:2])
        file = settings.root / FILE_NAME

        def write(new: object) -> None:
            if new is None:
                return
            try:
                write_settings(file, {name: new})
            except KbError as error:
                self.app.tell(str(error))
                return
            self.app.reload()
            self._fill()

        self.app.push_screen(SettingScreen(name, value), write)

    def _say_no_file(self) -> None:
        self.app.notify("There is no kb.toml here. Make one with: kb init FOLDER", severity="warning")

    @on(OptionList.OptionSelected, "#themes")
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.app.choose_theme(str(event.option_id))

    def action_edit(self) -> None:
        """Open kb.toml, and work with what it says then."""
        settings = self.app.settings
        if settings is None or settings.root is None:
            self._say_no_file()
            return
        if edit(self.app, settings.root / FILE_NAME, 1):
            self.app.reload()
            self._fill()
