"""Writes kb.toml: a new one, and single settings on request; what is written here counts as confirmed by the user."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from kb.errors import NotTrusted, SettingsError, VaultMissing
from kb.files.beneath import write_beneath
from kb.files.small import read_small
from kb.settings import FILE_NAME, default_index, not_granted, requests_of, state_folder
from kb.settings.rules import expanded
from kb.settings.sections import INDEX
from kb.trust import DECISIONS, TrustStore

_TEMPLATE = """\
# A knowledge base of kb. Every setting is listed in kb's README.
vault = {vault}
index = {index}

# [models]
# path = "path/to/a/model.gguf"   # the language model; the bundled small one when left out
"""


def write_settings_file(folder: Path, notes: Path, index: Path | None = None) -> Path:
    """Make `folder` a knowledge base over the notes in `notes`; returns its kb.toml.

    Raises VaultMissing when there is no such folder of notes, SettingsError when there is a kb.toml already.
    """
    notes = expanded(notes)
    if not notes.is_dir():
        raise VaultMissing(
            f"There is no folder {notes}. Name the folder that holds your notes: kb init FOLDER"
        )
    file = folder / FILE_NAME
    if os.path.lexists(file):
        raise SettingsError(f"{file} already exists. Edit it, or delete it and run kb init again.")
    inside = notes.absolute() == folder or folder.is_relative_to(notes.absolute())
    # An index among the notes would be synced and searched along with them.
    place = index or (default_index(notes.absolute()) if inside else folder / "index")
    text = _TEMPLATE.format(vault=_quoted(_shortest(notes, folder)), index=_quoted(_shortest(place, folder)))
    try:
        write_beneath(folder, FILE_NAME, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}. Choose another folder.") from error
    TrustStore(state_folder()).grant(folder, requests_of(file))
    return file


def write_settings(file: Path, values: Mapping[str, object]) -> None:
    """Set `section.name` values in a kb.toml and leave all else in it as it is; they count as confirmed.

    Raises SettingsError, and NotTrusted when something in it was not confirmed.
    """
    import tomlkit

    if any(request.name != DECISIONS for request in not_granted(file)):
        raise NotTrusted(
            f"{file} asks for something that you have not confirmed, so it is left as it is. See it with: kb trust"
        )

    try:
        document = tomlkit.parse(read_small(file).decode("utf-8-sig"))
        for key, value in values.items():
            section, _, name = key.partition(".")
            if section == INDEX:
                _set_of_index(document, name or "path", value)
            elif name:
                document.setdefault(section, tomlkit.table())[name] = value
            else:
                document[section] = value
        write_beneath(file.parent, file.name, tomlkit.dumps(document).encode())
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"{file} cannot be changed: {error}. Set it by hand: {dict(values)}.") from error
    store = TrustStore(state_folder())
    granted = store.granted(file.parent)
    for request in requests_of(file):
        if request.name in values and request.digest not in granted:
            store.add(file.parent, request)


def _set_of_index(document: MutableMapping[str, Any], name: str, value: object) -> None:
    """`index` may be written as its path alone; beside other settings it is a table."""
    import tomlkit

    before = document.get(INDEX)
    if isinstance(before, Mapping):
        document[INDEX][name] = value
    elif name == "path":
        document[INDEX] = value
    else:
        table = tomlkit.inline_table()
        table.update({**({"path": before} if before else {}), name: value})
        document[INDEX] = table


def _shortest(path: Path, base: Path) -> str:
    absolute = Path(os.path.normpath(path if path.is_absolute() else base / path))
    return absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else str(absolute)


def _quoted(text: str) -> str:
    """`text` as a TOML string."""
    return json.dumps(text, ensure_ascii=False, allow_nan=False)
