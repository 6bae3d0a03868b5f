"""The line at the bottom: mode, what is being done, and the state of the index."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widgets import Static

from kb.safe_text import safe_line


class StatusLine(Horizontal):
    """Each part is set by whoever knows it."""

    mode: reactive[str] = reactive("")
    doing: reactive[str] = reactive("")
    standing: reactive[str] = reactive("")
    index: reactive[str] = reactive("")
    counts: reactive[Mapping[str, int | str]] = reactive(dict)

    def compose(self) -> ComposeResult:
        yield Static(id="status-mode", markup=False)
        yield Static(id="status-doing", markup=False)
        yield Static(id="status-index", markup=False)

    def watch_mode(self) -> None:
        """Show what changed."""
        self._show()

    watch_doing = watch_standing = watch_index = watch_counts = watch_mode

    def _show(self) -> None:
        if not self.is_mounted or not self.children:
            return
        counts = " · ".join(
            f"{value:,} {safe_line(name)}"
            if isinstance(value, int)
            else f"{safe_line(name)} {safe_line(value)}"
            for name, value in self.counts.items()
            if value
        )
        self.query_one("#status-mode", Static).update(
            " · ".join(part for part in (self.mode, self.standing) if part)
        )
        self.query_one("#status-doing", Static).update(self.doing)
        self.query_one("#status-index", Static).update(
            " · ".join(part for part in (self.index, counts) if part)
        )
