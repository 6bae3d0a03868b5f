"""What the interface reads, off its own thread.

SQLite connections serve one thread at a time, so that readers, the session and the watcher have a knowledge base each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import TYPE_CHECKING

from kb.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    from pathlib import Path

    from kb.answering.kept_conversations import Conversation
    from kb.indexing.connections import Connections
    from kb.notes.note import Note
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.unknown_words import UnknownWord
    from kb.settings import Settings

_LONGEST_LINE = 200  # characters of the line that a link stands in


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A note as lists show it."""

    path: str
    title: str
    mtime_ns: int
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page tells of a vault."""

    today: date
    today_title: str
    today_written: bool  # whether today's note is there
    orphans: tuple[str, ...]  # paths of notes without links, the newest first
    activity: Mapping[date, int]  # notes by the day their file was last changed


def is_there(vault: Path) -> bool:
    """Whether the folder of notes can be seen; the empty place of a drive that is gone is none."""
    try:
        return any(vault.iterdir())
    except OSError:
        return False


class Reader:
    """Reads for the interface; may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._base = KnowledgeBase(settings)

    def notes(self) -> list[NoteEntry]:
        """All notes, by path. Raises IndexMissing before the first sync."""
        from kb.indexing.catalog_queries import CatalogQueries

        with self._lock:
            tags: dict[str, list[str]] = {}
            for path, tag in CatalogQueries(self._base.catalog).tags():
                tags.setdefault(path, []).append(tag)
            return [
                NoteEntry(note.path, note.title, note.mtime_ns, tuple(dict.fromkeys(tags.get(note.path, ()))))
                for note in self._base.catalog.notes()
            ]

    def search(self, query: str, limit: int = 30) -> list[SearchHit]:
        """The passages that match `query` best."""
        with self._lock:
            return self._base.search(query, limit)

    def unknown_words(self, query: str) -> list[UnknownWord]:
        """The words of `query` that no note has."""
        from kb.retrieval.unknown_words import unknown_words

        with self._lock:
            return unknown_words(query, self._base.catalog)

    def starters(self) -> list[str]:
        """Questions to begin with."""
        from kb.retrieval.starters import starters

        with self._lock:
            return starters(self._base.catalog)

    def overview(self) -> Overview:
        """What the first page tells."""
        from kb.indexing.connections import graph
        from kb.notes.daily import daily_notes
        from kb.notes.template import written

        with self._lock:
            notes = list(self._base.catalog.notes())
            edges = graph(self._base.catalog).edges
        linked = {path for edge in edges for path in (edge.source, edge.target)}
        newest = sorted(notes, key=lambda note: -note.mtime_ns)
        settings = self._settings
        habit = daily_notes(settings.vault, [note.path for note in notes], settings.notes.daily)
        now = datetime.now()
        if settings.today is not None:
            now = datetime.combine(settings.today, now.time())
        today = f"{written(now, habit.pattern)}.md"
        return Overview(
            today=now.date(),
            today_title=today.rpartition("/")[2].removesuffix(".md"),
            today_written=(settings.vault / today).exists(),
            orphans=tuple(note.path for note in newest if note.path not in linked and not note.stamp),
            activity=Counter(note.file_day for note in notes),
        )

    def todays_note(self) -> str:
        """The path of today's note, which is made where it is missing."""
        from kb.capture import Capture
        from kb.notes.vault import Vault

        base = KnowledgeBase(self._settings)
        try:
            return Capture(Vault(self._settings.vault), base.edits, self._settings.notes).daily().path
        finally:
            base.close()

    def conversations(self) -> list[Conversation]:
        """What was asked before, the latest first."""
        with self._lock:
            return self._base.logs.conversations.all()

    def context(self, path: str, line: int) -> str:
        """The line of a note in which a link stands, as it reads; empty where it cannot be read."""
        from kb.errors import KbError
        from kb.notes.plain import one_line, plain_text

        try:
            lines = self.note(path).text.splitlines()
        except KbError:
            return ""
        text = one_line(plain_text(lines[line - 1])) if line <= len(lines) else ""
        return text.strip("\"'")[:_LONGEST_LINE]  # a property's value stands in quotes

    def note(self, path: str) -> Note:
        """The note as it stands on disk."""
        return self._base.note(path)

    def links(self, path: str) -> Connections:
        """The links of a note, in both directions."""
        with self._lock:
            return self._base.links.of(path)

    def counts(self) -> dict[str, int]:
        """Notes, passages and passages that wait for their embedding."""
        with self._lock:
            counts = self._base.catalog.statistics()
        return {"notes": counts.notes, "passages": counts.passages, "pending": counts.pending}

    def warm_up(self) -> None:
        """Load what the first search would otherwise wait for."""
        with self._lock:
            self._base.models.embedder.embed_query("warm")

    def reopen(self) -> None:
        """The index is another file now."""
        with self._lock:
            self._base.close()
            self._base = KnowledgeBase(self._settings)

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            self._base.close()
