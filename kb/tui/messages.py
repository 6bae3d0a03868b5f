"""What workers tell the interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from kb.indexing.sync import SyncProgress
    from kb.indexing.watch import WatchEvent
    from kb.linking.auto import NewLinks
    from kb.plugin_api import Event, Mode, Panel
    from kb.retrieval.hit import SearchHit
    from kb.tui.work import NoteEntry


@dataclass
class NotesRead(Message):
    """The list of notes was read anew."""

    notes: Sequence[NoteEntry]
    counts: Mapping[str, int]
    starters: Sequence[str] = ()  # questions to begin with


@dataclass
class ModesFound(Message):
    """Plugins were loaded."""

    modes: Mapping[str, Mode]
    panels: Mapping[str, Panel]
    status: Mapping[str, int | str]
    due: Mapping[str, int]  # notes by path, and how much is to do there
    problems: Sequence[str]


@dataclass
class Happened(Message):
    """A session told of something."""

    event: Event


@dataclass
class TurnEnded(Message):
    """A turn is over; the session may be, too."""

    ended: bool
    error: str = ""


@dataclass
class Indexed(Message):
    """The watcher told of something."""

    event: WatchEvent | NewLinks


@dataclass
class Progress(Message):
    """A sync goes on."""

    progress: SyncProgress


@dataclass
class Failed(Message):
    """Something could not be done; what and what to do stands in one sentence."""

    reason: str
    about: str = ""  # "watching" when the index is not kept in step, "locked" when another kb keeps it


@dataclass
class Found(Message):
    """A search came to its end."""

    query: str
    hits: Sequence[SearchHit]
    told: str = ""  # what went wrong, or which words no note has


@dataclass
class OpenNote(Message):
    """A note is to be shown."""

    path: str
    line: int = 1
    quote: str = ""


@dataclass
class Said(Message):
    """The user sent a line."""

    text: str
