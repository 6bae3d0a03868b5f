"""Which plugins this machine's user turned off; and plugins in a folder, which run only once they are confirmed."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable
from hashlib import blake2b, file_digest
from pathlib import Path

from kb.errors import PluginError
from kb.files.small import parse_json, read_small
from kb.trust import PLUGINS, Request

_FILE = "plugins.json"
_MOST_BYTES = 64 << 20  # in a folder of plugins


class PluginChoices:
    """The user's choices, in one small file of the state folder."""

    def __init__(self, state: Path) -> None:
        self._file = state / _FILE

    def disabled(self) -> frozenset[str]:
        """Names of the plugins turned off."""
        try:
            return frozenset(parse_json(read_small(self._file)).get("disabled", []))
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise PluginError(
                f"{self._file} cannot be read ({error}). Delete it to begin anew, with all plugins on."
            ) from error

    def enable(self, name: str, on: bool) -> None:
        """Turn plugin `name` on or off."""
        names = self.disabled() - {name} if on else self.disabled() | {name}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._file.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(
                json.dumps({"disabled": sorted(names)}, indent=2, allow_nan=False) + "\n", encoding="utf-8"
            )
            temporary.replace(self._file)
        except OSError as error:
            raise PluginError(
                f"{self._file} cannot be written: {error.strerror}. Check the folder."
            ) from error


def plugin_request(folder: Path) -> Request | None:
    """The request to run the plugins in `folder` as they now stand; nothing where it holds none.

    Raises PluginError where it cannot be told what would run.
    """
    names = ", ".join(folder_plugins(folder))
    if not names:
        return None
    return Request(PLUGINS, names, "runs this code, which can do whatever you can do", fingerprint(folder))


def fingerprint(folder: Path) -> str:
    """A hash over every file of `folder`, compiled ones included, for Python may run those instead.

    Raises PluginError for a folder that is too large for one, or of which a part lies elsewhere.
    """
    digest = blake2b(digest_size=32)
    left = _MOST_BYTES
    try:
        for file in sorted(folder.rglob("*")):
            if file.is_symlink() and file.is_dir():
                raise PluginError(f"{file} is a link to another folder. Copy that folder here.")
            if not file.is_file():
                continue
            left -= file.stat().st_size
            if left < 0:
                raise PluginError(f"{folder} holds more than {_MOST_BYTES >> 20} MB. Make it smaller.")
            name = os.fsencode(file.relative_to(folder).as_posix())
            with file.open("rb") as stream:
                content = file_digest(stream, "sha256").digest()
            digest.update(len(name).to_bytes(8, "big") + name + content)
    except OSError as error:
        raise PluginError(f"{folder} cannot be read: {error.strerror}. Check its permissions.") from error
    return digest.hexdigest()


def folder_plugins(folder: Path) -> dict[str, Callable[[], object]]:
    """How to load each module or package of `folder`, by name; those that are installed anyway are left out."""
    if not folder.is_dir():
        return {}
    found = {}
    for entry in sorted(entry for entry in folder.iterdir() if not entry.is_symlink()):
        file = entry / "__init__.py" if entry.is_dir() else entry
        name = entry.name.removesuffix(".py")
        if file.suffix == ".py" and file.is_file() and name.isidentifier() and not _is_installed(name, file):
            found[name] = _loader(name, file)
    return found


def _is_installed(name: str, file: Path) -> bool:
    spec = importlib.util.find_spec(name)
    return bool(spec and spec.origin and os.path.realpath(spec.origin) == os.path.realpath(file))


def _loader(name: str, file: Path) -> Callable[[], object]:
    def load() -> object:
        # Compiled files written beside the sources would change the folder's fingerprint and end its trust.
        sys.dont_write_bytecode = True
        is_package = file.name == "__init__.py"
        places = [str(file.parent)] if is_package else None
        spec = importlib.util.spec_from_file_location(
            f"kb_vault_plugins_{name}", file, submodule_search_locations=places
        )
        if spec is None or spec.loader is None:
            raise PluginError(f"{file} cannot be loaded as a Python module.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    return load
