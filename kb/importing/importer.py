"""What every format offers. A new one is a module of its own and a line in `formats.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from kb.errors import ExportUnreadable
from kb.importing.imported_note import ImportedNote
from kb.importing.tree import Tree


@dataclass(frozen=True, slots=True)
class Left:
    """What of an export is not imported, and why."""

    name: str  # as the export calls it
    reason: str  # completes "it ..."


@dataclass
class Export:
    """An export that is being read."""

    tree: Tree
    left: list[Left] = field(default_factory=list)  # told of by importers as they read

    def leave(self, name: str, reason: str) -> None:
        """Say that `name` is not imported."""
        self.left.append(Left(name, reason))

    def leave_unreadable(self, name: str, error: ExportUnreadable) -> None:
        """Say that `name` is not imported because of `error`."""
        self.leave(name, reason_of(error, name))


def reason_of(error: ExportUnreadable, name: str) -> str:
    """What the sentence of `error` says of the file `name`, which it begins with."""
    said = str(error)
    return (
        said.removeprefix(f"{name} ").removesuffix(".") if said.startswith(name) else f"can't be read: {said}"
    )


class Importer(Protocol):
    """Reads one format."""

    name: str  # for --from
    label: str  # what people call the program; the folder of its notes, too

    def fits(self, tree: Tree) -> bool:
        """Whether this is an export of the format, by a short look. Raises ExportUnreadable."""

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """The notes. Raises ExportUnreadable for what cannot, or must not, be read at all."""
