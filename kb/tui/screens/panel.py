"""A panel that a plugin adds, in a window of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from kb.knowledge_base import KnowledgeBase
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.plugin_api import Panel
    from kb.settings import Settings


class PanelScreen(ModalScreen[None]):
    """The panel has a knowledge base of its own for as long as it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back", show=False)]

    def __init__(self, panel: Panel, settings: Settings) -> None:
        super().__init__()
        self._panel = panel
        self._base = KnowledgeBase(settings)

    def compose(self) -> ComposeResult:
        with Vertical(id="panel", classes="dialog"):
            yield Static(safe_line(self._panel.title), classes="hint", markup=False)
            try:
                yield self._panel.make(self._base)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and the interface goes on
                yield Static(f"This panel failed: {safe_line(str(error))}", markup=False)

    def on_unmount(self) -> None:
        """Let go of files."""
        self._base.close()
