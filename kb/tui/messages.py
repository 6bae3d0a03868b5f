"""What workers tell the interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from kb.answering.kept_conversations import Conversation
    from kb.indexing.connections import Connections
    from kb.indexing.sync import SyncProgress
    from kb.indexing.watch import WatchEvent
    from kb.linking.auto_linking import NewLinks
    from kb.notes.note import Note
    from kb.plugin_api import Event, Mode, Panel
    from kb.retrieval.hit import SearchHit
    from kb.tui.reading import NoteEntry, Overview


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
class SessionEvent(Message):
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
class SearchDone(Message):
    """A search came to its end."""

    query: str
    hits: Sequence[SearchHit]
    message: str = ""  # what went wrong, or which words no note has


@dataclass
class Written(Message):
    """A new note was written."""

    path: str


@dataclass
class OpenNote(Message):
    """A note is to be shown."""

    path: str
    line: int = 1
    quote: str = ""


@dataclass
class NoteRead(Message):
    """A note was read, or could not be, for the reason that `problem` tells."""

    place: OpenNote
    note: Note | None
    stamp: tuple[int, int] | None  # when its file was written, and its size
    problem: str = ""


@dataclass
class LinksRead(Message):
    """The links of a note were looked up."""

    path: str
    links: Connections
    contexts: Mapping[tuple[str, int], str]  # the lines that lead here, by path and line


@dataclass
class Surveyed(Message):
    """What the first page tells of the notes was gathered."""

    overview: Overview


@dataclass
class LinksFound(Message):
    """Links for the notes written last were looked for: how many by path."""

    links: Mapping[str, int]


@dataclass
class ConversationsRead(Message):
    """Earlier conversations were read, the latest first."""

    conversations: Sequence[Conversation]


@dataclass
class Remembered(Message):
    """Questions of earlier conversations, the oldest first."""

    questions: Sequence[str]


@dataclass
class OpenDaily(Message):
    """Today's note is to be shown, and made where it is missing."""


@dataclass
class DueNote(Message):
    """What is due in a note is to be done."""

    path: str


@dataclass
class LinksOf(Message):
    """The links that a note may want are to be shown."""

    path: str


@dataclass
class Typed(Message):
    """A letter, or pasted text, for the line."""

    text: str


@dataclass
class UserInput(Message):
    """The user sent a line."""

    text: str
