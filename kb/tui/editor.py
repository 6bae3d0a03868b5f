"""The user's own editor, in place of the interface while it runs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from kb.editor import editor_command
from kb.errors import ProgramMissing

if TYPE_CHECKING:
    from kb.tui.app import KbApp


def edit(app: KbApp, file: Path, line: int) -> bool:
    """Open `file` at `line` in $VISUAL or $EDITOR; returns whether an editor ran, and tells why when none did."""
    try:
        command = editor_command(file, line)
    except ProgramMissing as error:
        app.tell(str(error))
        return False
    try:
        with app.suspend():
            subprocess.run(command, check=False)
    except SuspendNotSupported:
        subprocess.run(command, check=False)  # an editor with a window of its own
    except OSError as error:
        app.tell(f"{command[0]!r} cannot be started: {error.strerror}. Set EDITOR to another.")
        return False
    return True
