"""What a step of the edit journal did, deed by deed, as it is written down."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kb.files.small import parse_json, read_small

_MOST_BYTES = 100_000_000  # of a step's deeds


@dataclass(frozen=True, slots=True)
class Deed:
    """One change: a note's content (`old` names the file with what it was), its path, its making or its removal."""

    path: str
    before: str  # fingerprint; of a moved note, its path; of a new one, nothing
    after: str  # the same; of a removed one, nothing
    old: str = ""
    made: int = 0  # how many of the folders above `after` were made for it
    mode: int = 0o666  # permissions of a removed note


def what_was_done(folder: Path) -> str:
    """What a step was called; a damaged file does not keep it from being undone."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(parse_json(read_small(folder / "step.json"))["what"])
    return "a change"


def read_deeds(folder: Path) -> list[Deed]:
    """The deeds of the step in `folder`, in order."""
    try:
        text = read_small(folder / "deeds.jsonl", _MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    deeds = []
    for line in text.splitlines():
        try:
            deed = Deed(**parse_json(line))
        except (ValueError, TypeError):
            continue  # torn by a crash, so the deed was not done
        texts = (deed.path, deed.before, deed.after, deed.old)
        numbers = (deed.made, deed.mode)
        if all(isinstance(text, str) for text in texts) and all(
            type(one) is int and one >= 0 for one in numbers
        ):
            deeds.append(deed)
    return deeds


def write_durably(file: Path, data: bytes) -> None:
    """Have `data` on the disk before anything goes on."""
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
