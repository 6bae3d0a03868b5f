"""`kb pick`: the search screen by itself; what is chosen is returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from kb.tui.messages import OpenNote
from kb.tui.reading import Reader
from kb.tui.screens.search import SearchScreen
from kb.tui.theme import Themed

if TYPE_CHECKING:
    from kb.settings import Settings


class PickApp(Themed[OpenNote]):
    """Returns the place that was chosen, or None."""

    CSS_PATH = "kb.tcss"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, settings: Settings, query: str) -> None:
        super().__init__()
        self._reader = Reader(settings)
        self._query = query

    def on_mount(self) -> None:
        """Search at once; leaving the search leaves the program."""
        self.push_screen(SearchScreen(lambda: self._reader, self._query), lambda _: self.exit())

    @on(OpenNote)
    def _chosen(self, place: OpenNote) -> None:
        self.exit(place)

    def on_unmount(self) -> None:
        """Let go of files."""
        self._reader.close()
