"""What a note hangs together with, as a tree that grows where it is opened."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static, Tree

from kb.errors import KbError
from kb.safe_text import safe_line
from kb.tui.messages import Failed
from kb.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.widgets.tree import TreeNode

    from kb.tui.reading import Reader


class GraphScreen(Dialog[str | None]):
    """Returns the path of the note that was chosen, or None. → links to, ← is linked from, ↔ both."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,g", "dismiss(None)", "Back", show=False)]

    def __init__(self, reader: Reader, path: str) -> None:
        super().__init__()
        self._reader = reader
        self._path = path

    def compose(self) -> ComposeResult:
        with Vertical(id="graph", classes="dialog"):
            yield Static(
                "→ links to   ← is linked from   ↔ both   Space expands, Enter opens the note", classes="hint"
            )
            yield Tree[str](_label("", self._path), self._path)

    def fill(self) -> None:
        """Begin with the note's own links."""
        tree: Tree[str] = self.query_one(Tree)
        tree.auto_expand = False
        tree.root.expand()
        tree.focus()

    @on(Tree.NodeExpanded)
    def _grow(self, event: Tree.NodeExpanded[str]) -> None:
        if not event.node.children and event.node.data:
            self._load(event.node, event.node.data)

    @work(thread=True, group="graph", exit_on_error=False)
    def _load(self, node: TreeNode[str], path: str) -> None:
        try:
            links = self._reader.links(path)
        except KbError as error:
            self.app.post_message(Failed(str(error)))
            return
        out = {link.resolved for link in links.out if link.resolved}
        back = {link.source for link in links.back}
        rows = [
            ("↔" if other in out & back else "→" if other in out else "←", other)
            for other in sorted(out | back)
        ]
        if self.app.is_running:
            self.app.call_from_thread(self._add, node, rows)

    def _add(self, node: TreeNode[str], rows: list[tuple[str, str]]) -> None:
        above: set[str | None] = set()
        parent: TreeNode[str] | None = node
        while parent is not None:
            above.add(parent.data)
            parent = parent.parent
        for arrow, path in rows:
            if path not in above:
                node.add(_label(arrow, path), path)

    @on(Tree.NodeSelected)
    def _chosen(self, event: Tree.NodeSelected[str]) -> None:
        self.dismiss(event.node.data)


def _label(arrow: str, path: str) -> Text:
    return Text(f"{arrow} {safe_line(PurePosixPath(path).stem)}".strip())
