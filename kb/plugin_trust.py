"""What this machine's user decided about plugins: which are off, which folders are trusted; and plugins in a folder."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from kb.errors import PluginError

_FILE = "plugins.json"


@dataclass(frozen=True)
class _Decided:
    disabled: frozenset[str]
    trusted: Mapping[str, str]  # real path of a folder -> fingerprint of its content


class PluginChoices:
    """The user's decisions, in one small file of the state folder."""

    def __init__(self, state: Path) -> None:
        self._file = state / _FILE

    def disabled(self) -> frozenset[str]:
        """Names of the plugins turned off."""
        return self._read().disabled

    def enable(self, name: str, on: bool) -> None:
        """Turn plugin `name` on or off."""
        decided = self._read()
        names = decided.disabled - {name} if on else decided.disabled | {name}
        self._write(replace(decided, disabled=names))

    def trusts(self, folder: Path, content: str) -> bool:
        """Whether `folder` was trusted when it held exactly this content."""
        return self._read().trusted.get(os.path.realpath(folder)) == content

    def trust(self, folder: Path, content: str) -> None:
        """Trust `folder` as long as it holds this content."""
        decided = self._read()
        self._write(replace(decided, trusted={**decided.trusted, os.path.realpath(folder): content}))

    def distrust(self, folder: Path) -> None:
        """Trust `folder` no more."""
        decided = self._read()
        kept = {name: hash for name, hash in decided.trusted.items() if name != os.path.realpath(folder)}
        self._write(replace(decided, trusted=kept))

    def _read(self) -> _Decided:
        try:
            choices = json.loads(self._file.read_text(encoding="utf-8"))
            return _Decided(frozenset(choices.get("disabled", [])), dict(choices.get("trusted", {})))
        except FileNotFoundError:
            return _Decided(frozenset(), {})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise PluginError(
                f"{self._file} cannot be read ({error}). Delete it to begin anew: all plugins on, no folder trusted."
            ) from error

    def _write(self, decided: _Decided) -> None:
        content = {"disabled": sorted(decided.disabled), "trusted": dict(decided.trusted)}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._file.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
            temporary.replace(self._file)
        except OSError as error:
            raise PluginError(
                f"{self._file} cannot be written: {error.strerror}. Check the folder."
            ) from error


def fingerprint(folder: Path) -> str:
    """A hash over every file of `folder`, compiled ones included, for Python may run those instead."""
    digest = blake2b(digest_size=32)
    for file in sorted(folder.rglob("*")):
        if file.is_file() or file.is_symlink():
            name = file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")
            data = file.read_bytes() if file.is_file() else b""
            digest.update(len(name).to_bytes(8, "big") + name + len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def folder_plugins(folder: Path) -> dict[str, Callable[[], object]]:
    """How to load each module or package of `folder`, by name; those that are installed anyway are left out."""
    if not folder.is_dir():
        return {}
    found = {}
    for entry in sorted(folder.iterdir()):
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
