"""How the user's own editor is started."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from kb.errors import ProgramMissing

_USUAL = ("sensible-editor", "nano", "vim", "vi")
# Editors that want the line behind the file's name, or after an option, instead of before it as `+12`.
_COLON = ("subl", "zed", "hx", "helix", "micro")
_GOTO = ("code", "codium", "cursor", "windsurf")


def editor_command(file: Path, line: int = 1) -> list[str]:
    """What opens `file` at `line` in $VISUAL, $EDITOR or a usual editor. Raises ProgramMissing without one."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        editor = shlex.split(named) or [found for one in _USUAL if (found := shutil.which(one))][:1]
    except ValueError as error:
        raise ProgramMissing(
            f"EDITOR={named} cannot be understood: {error}. Close its quotation marks."
        ) from error
    if not editor:
        raise ProgramMissing("No editor is set. Set EDITOR, for instance to nano.")
    name = Path(editor[0]).stem
    if name in _GOTO:
        return [*editor, "--goto", f"{file}:{line}"]
    if name in _COLON:
        return [*editor, f"{file}:{line}"]
    return [*editor, f"+{line}", str(file)]
