"""The notes at the left: as a tree of folders, by date, by tag, or by what is due in them, with a filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Tab, Tabs, Tree
from textual.widgets.tree import TreeNode

from kb.safe_text import safe_line
from kb.tui.messages import OpenNote
from kb.tui.widgets.line import Line

if TYPE_CHECKING:
    from kb.tui.reading import NoteEntry

_SHOWN = 500  # rows of a flat list; the filter finds the rest
_VIEWS = ("Notes", "Recent", "Tags", "Due")


class NotesPane(Vertical):
    """Lists the notes; choosing one posts OpenNote."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="notes-pane")
        self._notes: Sequence[NoteEntry] = ()
        self._due: Mapping[str, int] = {}
        self._view = _VIEWS[0]

    def compose(self) -> ComposeResult:
        yield Tabs(*(Tab(view, id=view.lower()) for view in _VIEWS), id="views")
        yield Line(placeholder="Filter notes", id="filter", compact=True)
        tree: Tree[str] = Tree("", id="tree")
        tree.show_root = False
        tree.guide_depth = 2
        yield tree

    def show(self, notes: Sequence[NoteEntry]) -> None:
        """List these notes."""
        self._notes = notes
        self._refill()

    def show_due(self, due: Mapping[str, int]) -> None:
        """What plugins say is to do in these notes, by path."""
        self._due = due
        if self._view == "Due":
            self._refill()

    def action_filter(self) -> None:
        """Go to the filter."""
        self.query_one("#filter", Input).focus()

    @on(Tabs.TabActivated)
    def _change_view(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self._view = str(event.tab.label)
        self._refill()

    @on(Input.Changed, "#filter")
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._refill()

    @on(Input.Submitted, "#filter")
    def _to_the_list(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(Tree).focus()

    @on(Tree.NodeSelected)
    def _open(self, event: Tree.NodeSelected[str]) -> None:
        event.stop()
        if event.node.data:
            self.app.post_message(OpenNote(event.node.data))

    def _refill(self) -> None:
        tree: Tree[str] = self.query_one(Tree)
        opened = {_place(node) for node in _folders(tree.root) if node.is_expanded}
        tree.clear()
        self._fill(tree)
        for node in _folders(tree.root):
            if _place(node) in opened:
                node.expand()

    def _fill(self, tree: Tree[str]) -> None:
        wanted = self.query_one("#filter", Input).value.casefold().split()
        notes = [note for note in self._notes if _matches(note, wanted)]
        if self._view == "Tags":
            _by_tag(tree, notes)
        elif self._view == "Due":
            due = [note for note in notes if self._due.get(note.path)]
            for note in sorted(due, key=lambda note: -self._due[note.path]):
                tree.root.add_leaf(_label(f"{note.title} ({self._due[note.path]})"), note.path)
            if not due:
                tree.root.add_leaf(_label("Nothing is due."))
        elif self._view == "Recent" or wanted:
            if self._view == "Recent":
                notes.sort(key=lambda note: -note.mtime_ns)
            for note in notes[:_SHOWN]:
                tree.root.add_leaf(_label(note.title), note.path)
        else:
            _by_folder(tree, notes)


def _folders(root: TreeNode[str]) -> Iterator[TreeNode[str]]:
    for node in root.children:
        if node.allow_expand:
            yield node
            yield from _folders(node)


def _place(node: TreeNode[str]) -> tuple[str, ...]:
    """The labels from the root down to `node`."""
    above = _place(node.parent) if node.parent is not None else ()
    return (*above, str(node.label))


def _matches(note: NoteEntry, words: Sequence[str]) -> bool:
    text = f"{note.title} {note.path} {' '.join(note.tags)}".casefold()
    return all(word in text for word in words)


def _by_folder(tree: Tree[str], notes: Iterable[NoteEntry]) -> None:
    folders: dict[PurePosixPath, TreeNode[str]] = {PurePosixPath(): tree.root}

    def folder(path: PurePosixPath) -> TreeNode[str]:
        if path not in folders:
            folders[path] = folder(path.parent).add(_label(path.name))
        return folders[path]

    ordered = sorted(notes, key=lambda note: note.path.casefold())
    # Folders stand before notes.
    for note in ordered:
        folder(PurePosixPath(note.path).parent)
    for note in ordered:
        folder(PurePosixPath(note.path).parent).add_leaf(_label(PurePosixPath(note.path).stem), note.path)


def _by_tag(tree: Tree[str], notes: Iterable[NoteEntry]) -> None:
    tagged: dict[str, list[NoteEntry]] = {}
    for note in notes:
        for tag in note.tags:
            tagged.setdefault(tag.casefold(), []).append(note)
    for tag in sorted(tagged):
        node = tree.root.add(_label(f"#{tag} ({len(tagged[tag])})"))
        for note in tagged[tag][:_SHOWN]:
            node.add_leaf(_label(note.title), note.path)


def _label(text: str) -> Text:
    return Text(safe_line(text) or "(untitled)")
