"""The user's own editor, in place of the interface while it runs."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

if TYPE_CHECKING:
    from kb.tui.app import KbApp


def edit(app: KbApp, file: Path, line: int) -> bool:
    """Open `file` at `line` in $VISUAL or $EDITOR; returns whether an editor ran, and tells why when none did."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        app.notify("No editor is set. Set EDITOR, for instance to nano.", severity="warning")
        return False
    try:
        command = [*shlex.split(editor), f"+{line}", str(file)]
    except ValueError as error:
        app.tell(f"EDITOR={editor} cannot be understood: {error}. Close its quotation marks.")
        return False
    try:
        with app.suspend():
            subprocess.run(command, check=False)
    except SuspendNotSupported:
        subprocess.run(command, check=False)  # an editor with a window of its own
    except OSError as error:
        app.tell(f"{editor!r} cannot be started: {error.strerror}. Set EDITOR to another.")
        return False
    return True
