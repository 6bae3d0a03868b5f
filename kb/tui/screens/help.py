"""All keys, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from kb.safe_text import safe_line
from kb.tui.keymap import keys_file

_KEYS = {
    "Conversation": {
        "Enter": "send; in a quiz or with the tutor, answer",
        "Esc": "stop the reply",
        "Ctrl+T": "another mode: ask, quiz, tutor, summarise; also /mode NAME",
        "1 to 9, a to i": "choose an answer or a quick reply",
        "Page Up, Page Down": "scroll the conversation",
        "Up, Down": "earlier messages; on the first page, move into its list",
        "/, [[": "complete a command or the name of a note; Tab takes it",
        "Ctrl+N": "new conversation, with the first page",
        "Ctrl+Y": "copy the reply with its sources",
        "Ctrl+S": "save the conversation as a new note",
    },
    "Sources and notes": {
        "/1, /2 …": "show the note that [1], [2] … cites",
        "Ctrl+F": "search while typing",
        "Ctrl+O": "open a note by its title",
        "Ctrl+B": "show or hide the notes; / filters them",
        "Ctrl+R": "show or hide the sources",
    },
    "Suggested links": {
        "F3": "review suggested links; in a note, its own",
        "a, r, A, n": "accept, reject, always, never",
        "u": "undo the last change",
        "v": "view the note at the mention",
    },
    "In a note": {
        "Tab, Shift+Tab": "select the next or previous link; Enter follows it",
        "s": "switch between the text and its outline, links and backlinks",
        "Alt+Left, Alt+Right": "back and forward",
        "/, n": "find in this note; the next match",
        "l": "go to a heading",
        "m": "toggle preview and source",
        "g": "show links as a tree",
        "e": "edit it in $EDITOR, at this line",
        "o": "open it in Obsidian",
        "y": "copy path:line",
        "Esc": "back to the conversation",
    },
    "Everywhere": {
        "Tab, Shift+Tab": "to the next or previous pane",
        "Ctrl+P": "every command: earlier conversations, themes, panels",
        "Ctrl+L": "error log",
        "F2": "settings and themes",
        "F1": "this page",
        "Ctrl+Q": "leave",
    },
}


class HelpScreen(ModalScreen[None]):
    """All keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss", "Back", show=False)]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help", classes="dialog"):
            for heading, keys in _KEYS.items():
                yield Static(Content.styled(heading, "bold $text-accent"))
                yield Static(_table(keys), classes="keys")
            yield Static(Content.styled("Keys of your own", "bold $text-accent"))
            yield Static(Content(safe_line(str(keys_file()))), classes="keys")


def _table(keys: Mapping[str, str]) -> Table:
    """Keys at the left, what they do at the right, where it wraps."""
    table = Table.grid(padding=(0, 2))
    table.add_column(width=20)
    table.add_column()
    for key, what in keys.items():
        table.add_row(Text(key, "bold"), Text(what))
    return table


class LogScreen(ModalScreen[None]):
    """What went wrong since the start."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+l,q", "dismiss", "Back", show=False)]

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__()
        self._problems = problems

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="log", classes="dialog"):
            if not self._problems:
                yield Static("No errors.")
            for problem in reversed(self._problems):
                yield Static(Content(safe_line(problem)))
