"""What the interface has done for it, off its own thread: reading, sessions, watching.

SQLite connections serve one thread at a time, so that readers, the session and the watcher have a knowledge base each.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from threading import Event, Lock
from typing import TYPE_CHECKING

from kb.errors import IndexLocked, KbError
from kb.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    from pathlib import Path

    from kb.indexing.connections import Connections
    from kb.indexing.sync import Report
    from kb.indexing.watch import Watcher, WatchEvent
    from kb.linking.auto import NewLinks
    from kb.linking.decisions import Verdict
    from kb.linking.suggest import LinkSuggestion
    from kb.notes.edit_journal import Undone
    from kb.notes.note import Note
    from kb.plugin_api import Cancellation, Mode, Session
    from kb.plugin_api import Event as SessionEvent
    from kb.plugin_host import PluginHost
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.unknown_words import UnknownWord
    from kb.settings import Settings

_PATIENCE_SECONDS = 10.0
_RETRY_SECONDS = 0.3
_LIKELY = 0.3  # confidence from which a link is worth a look
_MOST = 500  # suggestions in a queue


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A note as lists show it."""

    path: str
    title: str
    mtime_ns: int
    tags: tuple[str, ...]


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
        from kb.indexing.lookup import Lookup

        with self._lock:
            tags: dict[str, list[str]] = {}
            for path, tag in Lookup(self._base.catalog).tags():
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

    def note(self, path: str) -> Note:
        """The note as it stands on disk."""
        return self._base.note(path)

    def links(self, path: str) -> Connections:
        """The links of a note, in both directions."""
        with self._lock:
            return self._base.links(path)

    def counts(self) -> dict[str, int]:
        """Notes, passages and passages that wait for their embedding."""
        with self._lock:
            counts = self._base.catalog.statistics()
        return {"notes": counts.notes, "passages": counts.passages, "pending": counts.pending}

    def warm_up(self) -> None:
        """Load what the first search would otherwise wait for."""
        with self._lock:
            self._base.embedder.embed_query("warm")

    def reopen(self) -> None:
        """The index is another file now."""
        with self._lock:
            self._base.close()
            self._base = KnowledgeBase(self._settings)

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            self._base.close()


class Sessions:
    """One session of a mode after another; called from one thread at a time, in which `notice` is called too."""

    def __init__(self, settings: Settings, notice: Callable[[str], None]) -> None:
        self._settings = settings
        self._notice = notice
        self._base: KnowledgeBase | None = None
        self._session: Session | None = None
        self.mode: Mode | None = None

    @cached_property
    def host(self) -> PluginHost:
        """The plugins, which bring the modes."""
        from kb.plugin_host import PluginHost

        return PluginHost.of(self._settings)

    def status(self) -> dict[str, int | str]:
        """What plugins tell of themselves, such as cards due."""
        return self.host.status(self._open())

    def due_notes(self) -> dict[str, int]:
        """Notes with something to do now, and how much."""
        return self.host.due_notes(self._open())

    def begin(self, mode: Mode, argument: str, cancellation: Cancellation) -> Iterator[SessionEvent]:
        """End the session that is there and open one of `mode`."""
        self.end()
        self._session = self.host.session(self._open(), mode)
        self.mode = mode
        yield from self._session.open(argument, cancellation)

    def reply(self, text: str, cancellation: Cancellation) -> Iterator[SessionEvent]:
        """Go on with what the user said."""
        if self._session is not None:
            yield from self._session.reply(text, cancellation)

    def model(self) -> str:
        """The model that is in use; empty before it was asked for anything."""
        model = self._base.__dict__.get("model") if self._base is not None else None
        return model.name if model is not None else ""

    def save(self, name: str, text: str) -> str:
        """Write a new note; returns its path."""
        return str(self._open().create_note(name, text))

    def end(self) -> None:
        """Close the session, if there is one."""
        session, self._session, self.mode = self._session, None, None
        if session is not None:
            session.close()

    def close(self) -> None:
        """Let go of the model and of files."""
        self.end()
        base, self._base = self._base, None
        if base is not None:
            base.close()

    def _open(self) -> KnowledgeBase:
        if self._base is None:
            self._base = KnowledgeBase(self._settings, lambda: self.host, self._notice)
        return self._base


class Linking:
    """Suggests links and makes them; may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._lock = Lock()
        self._base = KnowledgeBase(settings)

    def suggestions(self, note: str = "") -> list[LinkSuggestion]:
        """Links that the note at path `note` may want; of every note, the surest first, when none is named."""
        with self._lock:
            if note:
                return self._base.link_advisor.links(note, least=_LIKELY)
            found = self._base.link_advisor.links_of_all(_LIKELY)
            return sorted(found, key=lambda one: -one.confidence)[:_MOST]

    def line(self, one: LinkSuggestion) -> str:
        """The line that the mention stands in, as it is now."""
        try:
            lines = self._base.note(one.path).text.splitlines()
        except KbError:
            return ""
        return lines[one.line - 1] if one.line <= len(lines) else ""

    def accept(self, one: LinkSuggestion) -> list[str]:
        """Make a link; returns a sentence when it could not be made."""
        with self._lock:
            return self._base.apply_links(f"a link in {one.path}", [one])[1]

    def decide(self, verdict: Verdict, one: LinkSuggestion) -> None:
        """Remember what was said; "always" and "never" count in every note."""
        from kb.linking.decisions import decided

        note = None if verdict in ("always", "never") else one.path
        with self._lock:
            self._base.link_decisions.add(decided(verdict, one.mention, note, one.target))

    def undo(self) -> Undone:
        """Take back the last change to notes."""
        with self._lock:
            return self._base.undo()

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            self._base.close()


class Watching:
    """Keeps the index in step for as long as the interface is open."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._watcher: Watcher | None = None
        self._stopped = False
        self._ended = Event()

    def run(self, tell: Callable[[WatchEvent | NewLinks], None], report: Report) -> None:
        """Watch until `stop`. Raises IndexLocked when another process does so."""
        base = KnowledgeBase(self._settings)
        try:
            self._watcher = base.watch(tell, report)
            while not self._stopped and not self._watched(self._watcher, base):
                time.sleep(_RETRY_SECONDS)
        finally:
            self._watcher = None
            base.close()
            self._ended.set()

    @staticmethod
    def _watched(watcher: Watcher, base: KnowledgeBase) -> bool:
        """Watch; False at once while a reader of this very interface makes a damaged index anew."""
        try:
            watcher.run()
        except IndexLocked:
            writer = base.writer()
            if writer and f"(number {os.getpid()} " not in writer:
                raise
            return False
        return True

    def wait(self) -> None:
        """Wait until `run` has let go of the index."""
        self._ended.wait(_PATIENCE_SECONDS)

    def stop(self) -> None:
        """End `run` soon; from any thread."""
        self._stopped = True
        if self._watcher is not None:
            self._watcher.stop()
