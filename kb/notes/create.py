"""Writes a new note; one that exists is never touched."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from secrets import token_hex

from kb.errors import NoteExists, NoteUnwritable
from kb.files.beneath import beneath
from kb.notes.suffixes import is_markdown

_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\\\ud800-\udfff]')  # in file names, on one system or another
_LONGEST, _LONGEST_PATH = 255, 2_000  # bytes that file systems hold in a name; well below those of a path


def path_of_new_note(name: str) -> str:
    """The vault-relative path of a note to be called `name`. Raises NoteUnwritable when no file can be called so."""
    path = name.strip() if is_markdown(name.strip()) else f"{name.strip()}.md"
    return _checked(path, name)


def _checked(path: str, name: str) -> str:
    """`path` as it is written. Raises NoteUnwritable, which calls it `name`, where no file can be called so."""
    parts = path.split("/")
    if _FORBIDDEN.search(path) or any(part.strip(" .") == "" or part.startswith(".") for part in parts):
        raise NoteUnwritable(
            f"{name!r} cannot be a note's name. Name it by a path in the vault, as in: Summaries/Tea"
        )
    path = unicodedata.normalize("NFC", path)
    size = len(path.encode())
    if size > _LONGEST_PATH or any(len(part.encode()) > _LONGEST for part in path.split("/")):
        raise NoteUnwritable(f"{name[:40]!r}… cannot be a note's name: it is too long. Choose a shorter one.")
    return path


def new_note_bytes(text: str) -> bytes:
    """What is written for a new note of this text."""
    return (text if text.endswith("\n") else text + "\n").encode("utf-8", "replace")


def create_note(root: Path, name: str, text: str) -> Path:
    """Write `text` as the new note `name` (a vault-relative path) below `root` and return its file.

    Raises NoteExists when there is one already, NoteUnwritable for a name outside the vault or a full disk.
    """
    return create_file(root, path_of_new_note(name), new_note_bytes(text))


def create_file(root: Path, path: str, data: bytes, *, durable: bool = True) -> Path:
    """Write `data` as the new file at vault-relative `path` below `root`. Raises as `create_note` does.

    What is not `durable` reaches the disk when the system writes it; of many files that saves most of the time.
    """
    path = _checked(path, path)
    try:
        with beneath(root, path, make=True) as entry:
            draft = entry.beside(f".kb-{token_hex(8)}.tmp")
            try:
                with os.fdopen(draft.create(), "wb") as stream:
                    stream.write(data)
                    stream.flush()
                    if durable:
                        os.fsync(stream.fileno())
                draft.move(entry)
            finally:
                draft.remove()
            if durable:
                entry.sync_folder()
    except FileExistsError as error:
        raise NoteExists(f"{path} already exists and was not changed. Choose another name.") from error
    except OSError as error:
        raise NoteUnwritable(f"{path} cannot be written: {error.strerror}. Check the folder.") from error
    return root.joinpath(*path.split("/"))
