"""Where kb.toml and the folders of this machine's user lie."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path

FILE_NAME = "kb.toml"


def find_settings_file(start: Path) -> Path | None:
    """The nearest kb.toml from `start` upward, or the user's own, or None."""
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    own = own_settings_file()
    return own if own.is_file() else None


def own_settings_file() -> Path:
    """The user's own kb.toml, in the configuration folder; it may be missing."""
    return user_config_path("kb", appauthor=False) / FILE_NAME


def state_folder() -> Path:
    """Where this machine keeps what is not for others, such as decisions on trust."""
    return user_state_path("kb", appauthor=False)


def cache_folder() -> Path:
    """Where this machine keeps what can be made again, such as unpacked models."""
    return user_cache_path("kb", appauthor=False)


def default_index(vault: Path) -> Path:
    """Where a vault without kb.toml has its index: the user's data folder, never inside the notes."""
    name = sha256(os.fsencode(vault)).hexdigest()[:12]
    shown = os.fsencode(vault.name).decode("utf-8", "replace")  # Chroma opens no path that is not UTF-8
    return user_data_path("kb", appauthor=False) / f"{shown}-{name}"


def is_utf8(path: Path) -> bool:
    """Whether a path can be written as UTF-8, as some libraries and files of settings need it."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
