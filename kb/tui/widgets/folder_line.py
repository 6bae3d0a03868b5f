"""A line for the path of a folder, which Tab completes as a shell does."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from kb.tui.widgets.line import Line


class FolderLine(Line):
    """Tab completes the folder's name; where nothing is left to complete, it goes on to the next field."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "Complete", show=False)]

    def action_complete(self) -> None:
        """Write what all folders that begin so have in common."""
        completed = completion(self.value)
        if completed == self.value:
            self.screen.focus_next()
        else:
            self.value = completed
            self.cursor_position = len(completed)


def completion(typed: str) -> str:
    """`typed` with as much more of a folder's name as is beyond doubt; the same text where there is nothing to add."""
    head, slash, begun = typed.rpartition("/")
    above = Path(f"{head}{slash}" or ".")
    try:
        above = above.expanduser()
        names = [entry.name for entry in above.iterdir() if entry.is_dir()]
    except (OSError, RuntimeError, ValueError):
        return typed
    if not begun.startswith("."):
        names = [name for name in names if not name.startswith(".")]
    fitting = [name for name in names if name.startswith(begun)]
    fitting = fitting or [name for name in names if name.casefold().startswith(begun.casefold())]
    if len(fitting) == 1:
        return f"{head}{slash}{fitting[0]}/"
    pairs = zip(min(fitting, default=""), max(fitting, default=""), strict=False)
    common = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return f"{head}{slash}{common}" if len(common) > len(begun) else typed
