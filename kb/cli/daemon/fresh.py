"""Whether a process that started long ago would still do what a new one does: the same code, plugins and trust."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from kb.settings import find_settings_file, state_folder
from kb.settings.rules import current_folder


class Freshness:
    """Remembers how all that is loaded once looked when it was loaded."""

    def __init__(self) -> None:
        file = find_settings_file(current_folder())
        self._folder = file.parent if file else None
        self._state = state_folder()
        self._rest = self._look()
        self._code: dict[str, object] = {}
        self.remember()

    def is_so(self) -> bool:
        """Whether all of it still looks so."""
        return all(_look(path) == look for path, look in self._code.items()) and self._look() == self._rest

    def remember(self) -> None:
        """To be called soon after something was loaded: its files are as they were then."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0].startswith("kb"):  # kb, its bundled plugins, and those of folders
                path = getattr(module, "__file__", None)
                if path and path not in self._code:
                    self._code[path] = _look(path)

    def _look(self) -> list[object]:
        """What decides which plugins there are and which run, and which packages there are."""
        places = [*sys.path, str(self._state / "plugins.json"), str(self._state / "trust" / "folders")]
        found = [_look(place) for place in places]
        if self._folder is not None:
            found += [(path, _look(path)) for path in _below(self._folder / "plugins")]
        return found


def _below(folder: Path) -> Iterator[str]:
    """All that trust in plugins depends on, what is compiled as well, for Python may run that instead."""
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield os.path.join(above, name)


def _look(path: str) -> object:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns
