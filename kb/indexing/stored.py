"""The values that the catalog hands out: notes, passages and links as it holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kb.notes.journal import day_in_name
from kb.notes.note import Span
from kb.notes.places import where
from kb.notes.suffixes import stem


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the catalog holds it."""

    id: int
    note_path: str
    title: str  # of its note
    span: Span
    line: int  # 1-based
    heading_path: tuple[str, ...]
    text: str  # as it stands in the note
    key: str  # content address of its vector
    ordinal: int  # place within the note, from 0
    place: str = ""  # of a file that is no Markdown, see kb.notes.places

    @property
    def where(self) -> str:
        """Where it stands, as people read it."""
        return where(self.note_path, self.line, self.place)


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A note as the catalog holds it."""

    path: str
    title: str
    created: str | None  # ISO 8601
    modified: str | None
    fingerprint: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    stamp: str = ""  # of the source that read it; empty for Markdown
    named_day: date | None = None  # the day that its name says, as daily notes are called in its vault

    @property
    def stated_days(self) -> tuple[date, ...]:
        """The days it says it is of, earliest cause first: the one in its name alone, else of creation and change."""
        return stated_days(self.named_day or day_in_name(stem(self.path)), self.created, self.modified)

    @property
    def file_day(self) -> date:
        """The day its file was last changed, local time; copying a vault may make them all alike."""
        return datetime.fromtimestamp(self.mtime_ns / 1e9).date()

    @property
    def day(self) -> date:
        """The one day it is of."""
        return next(iter(self.stated_days), self.file_day)

    @property
    def changed(self) -> date:
        """The day it was last changed: as it says itself, else as its file does."""
        return date.fromisoformat(self.modified[:10]) if self.modified else self.file_day


@dataclass(frozen=True, slots=True)
class StoredUnread:
    """A file that could not be read, as it was then."""

    path: str
    fingerprint: str
    stamp: str  # of the source that tried
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    reason: str  # a sentence


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A link with what it was resolved to."""

    source: str  # path of the note it stands in
    kind: str
    target: str  # as written
    label: str | None
    relation: str | None
    line: int
    status: str
    resolved: str | None  # path of the note it means


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts for `kb status`."""

    notes: int
    passages: int
    links: int  # to notes; web addresses and attachments are not counted
    links_resolved: int
    pending: int  # passages whose embedding is still to come


def stated_days(named: date | None, created: str | None, modified: str | None) -> tuple[date, ...]:
    """The days that a note says it is of; see StoredNote.stated_days."""
    if named:
        return (named,)
    return tuple(date.fromisoformat(moment[:10]) for moment in (created, modified) if moment)
