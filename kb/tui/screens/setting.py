"""Asks for the new value of a setting."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from kb.errors import SettingsError
from kb.settings.listing import setting_from_text
from kb.tui.widgets.line import Line


class SettingScreen(ModalScreen[object]):
    """Returns the value that was written, of the setting's own type, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back", show=False)]

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self._setting = name
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(id="setting", classes="dialog"):
            yield Static(self._setting, classes="title", markup=False)
            yield Line(self._value)
            yield Static("Enter saves it in kb.toml, Esc leaves it as it is.", id="why", markup=False)

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.dismiss(setting_from_text(self._setting, event.value))
        except SettingsError as error:
            self.query_one("#why", Static).update(str(error))
