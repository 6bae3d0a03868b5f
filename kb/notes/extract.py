"""What a source makes of a file that is no Markdown: text written as Markdown, with the places it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kb.notes.note import PropertyValue


@dataclass(frozen=True, slots=True)
class Extract:
    """A file as it was read. The rest of kb takes it for a note that is only read."""

    text: str
    starts: tuple[tuple[str, int, int], ...] = ()  # (name, number, offset) of each place, in order
    title: str = ""  # empty for the file's name
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    created: datetime | None = None
    modified: datetime | None = None
    is_markup: bool = False  # whether links, tags and tasks in the text are the writer's own
    by_line: bool = False  # whether lines of the text are those of the file
    problems: tuple[str, ...] = ()  # what could not be read, a sentence each
