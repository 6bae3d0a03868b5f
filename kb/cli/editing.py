"""The note that a name means, opened in the user's editor."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from kb.editor import editor_command
from kb.errors import ProgramMissing

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

_AT_LINE = re.compile(r"(.+):(\d+)")


def find_note(base: KnowledgeBase, name: str) -> tuple[str, int]:
    """Path and line of the note that `name` means. Raises UsageError with near names."""
    line = 1
    if match := _AT_LINE.fullmatch(name):
        name, line = match[1], int(match[2])
    return base.links.of(name).path, line


def open_in_editor(file: Path, line: int = 1) -> None:
    """Open `file` and wait for the editor. Raises ProgramMissing."""
    command = editor_command(file, line)
    try:
        subprocess.run(command, check=False)
    except OSError as error:
        raise ProgramMissing(
            f"{command[0]!r} cannot be started: {error.strerror}. Set EDITOR to another editor."
        ) from error
