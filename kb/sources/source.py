"""What a source is: which files it reads, by which function, and how much of time and memory that may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from kb.notes.extract import Extract


class Unreadable(Exception):
    """A file that a source cannot read; the message is the reason, as the rest of a sentence after "It"."""


class Interrupted(Exception):
    """A file was not read, which is no fault of its own; the message is the reason, as the rest of a sentence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source is told besides the open file."""

    name: str  # of the file, without folders
    options: Mapping[str, str] = field(default_factory=dict)  # such as {"ocr": "eng"}


class Read(Protocol):
    """The function of a source. It runs in a child process, and opens nothing but the file it is given."""

    def __call__(self, file: BinaryIO, asked: Asked, /) -> Extract:
        """What stands in `file`. Raises Unreadable."""


@dataclass(frozen=True, slots=True)
class Source:
    """A format that kb reads and never writes."""

    name: str  # as `sources = [...]` in kb.toml names it
    suffixes: tuple[str, ...]  # lower case, with the dot
    # "module:function", a Read, imported in the child process alone; f"{__file__}:function" in a plugin that is a file
    reads: str
    by_default: bool = False  # whether it is read where kb.toml says nothing
    version: int = 1  # raise it when the function reads files otherwise, so that they are read again
    most_bytes: int = 50_000_000  # of a file
    seconds: float = 30.0  # of the processor
