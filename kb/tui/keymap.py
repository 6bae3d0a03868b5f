"""Keys that a person chose: `keys.toml` in the configuration folder, for every knowledge base of this user.

vim = true              # j, k, g, G, Ctrl+D and Ctrl+U move as in vim, wherever nothing is being written

[keys]
search = "ctrl+k"       # several with commas between them: "ctrl+k,f4"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from kb.files.small import parse_toml, read_small
from kb.safe_text import safe_line

FILE_NAME = "keys.toml"
VIM = {"j": "down", "k": "up", "G": "end", "ctrl+d": "pagedown", "ctrl+u": "pageup"}
# What may be given other keys: the names of bindings, and what each does.
NAMES = {
    "search": "search while typing",
    "open-note": "open a note by its title",
    "links": "suggested links",
    "settings": "settings",
    "commands": "every command",
    "help": "all keys",
    "error-log": "error log",
    "quit": "leave",
    "mode": "another mode",
    "notes-pane": "show or hide the notes",
    "sources-pane": "show or hide the sources",
    "new-conversation": "new conversation",
    "copy-reply": "copy the reply",
    "save-conversation": "save the conversation as a note",
    "find": "in a note: find",
    "find-next": "in a note: the next match",
    "outline": "in a note: go to a heading",
    "back": "in a note: back",
    "forward": "in a note: forward",
    "source": "in a note: preview and source",
    "graph": "in a note: links as a tree",
    "edit": "in a note: open it in $EDITOR",
    "obsidian": "in a note: open it in Obsidian",
    "copy-path": "in a note: copy path:line",
}


@dataclass(frozen=True, slots=True)
class Keymap:
    """Keys by the name of what they do, whether vim's keys move, and what of the file could not be used."""

    keys: Mapping[str, str] = field(default_factory=dict)
    vim: bool = False
    problems: tuple[str, ...] = ()


def keys_file() -> Path:
    """Where the user's keys are written."""
    return user_config_path("kb", appauthor=False) / FILE_NAME


def read_keymap(file: Path | None = None) -> Keymap:
    """The user's keys; what cannot be understood is left out and named."""
    file = file or keys_file()
    try:
        table = parse_toml(read_small(file).decode("utf-8-sig"))
    except FileNotFoundError:
        return Keymap()
    except (OSError, ValueError) as error:
        return Keymap(problems=(f"{file} cannot be read: {safe_line(str(error))}. Correct it.",))
    return _checked(table, file)


def _checked(table: Mapping[str, Any], file: Path) -> Keymap:
    problems: list[str] = []
    wanted = table.get("keys", {})
    keys: dict[str, str] = {}
    for name, value in wanted.items() if isinstance(wanted, dict) else ():
        if name not in NAMES:
            problems.append(f"{file}: there is no key {safe_line(name)!r}. Names: {', '.join(NAMES)}.")
        elif not isinstance(value, str) or not value.strip():
            problems.append(f'{file}: {name} must be a key such as "ctrl+k".')
        else:
            keys[name] = ",".join(part.strip() for part in value.split(","))
    vim = table.get("vim", False)
    if not isinstance(vim, bool):
        problems.append(f"{file}: vim must be true or false.")
    return Keymap(keys, vim is True, tuple(problems))
