"""Sessions of modes, for the interface; off its own thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING

from kb.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    from kb.plugin_api import Cancellation, Mode, Session
    from kb.plugin_api import Event as SessionEvent
    from kb.plugin_host import PluginHost
    from kb.settings import Settings


class Sessions:
    """One session of a mode after another, from one thread at a time, in which `notice` is called too.

    What else is asked for, from any other thread, has a knowledge base of its own: one is for one thread at a time.
    """

    def __init__(self, settings: Settings, notice: Callable[[str], None]) -> None:
        self._settings = settings
        self._notice = notice
        self._base: KnowledgeBase | None = None  # of the sessions
        self._host: PluginHost | None = None
        self._opening = Lock()
        self._session: Session | None = None
        self.mode: Mode | None = None

    @property
    def host(self) -> PluginHost:
        """The plugins, which bring the modes; loaded once, whichever threads ask."""
        from kb.plugin_host import PluginHost

        with self._opening:
            if self._host is None:
                self._host = PluginHost.of(self._settings)
            return self._host

    def standing(self) -> tuple[dict[str, int | str], dict[str, int]]:
        """What plugins tell of themselves, such as cards due; and notes with something to do now, and how much."""
        with closing(self._new_base()) as base:
            return self.host.status(base), self.host.due_notes(base)

    def begin(self, mode: Mode, argument: str, cancellation: Cancellation) -> Iterator[SessionEvent]:
        """End the session that is there and open one of `mode`."""
        self.end()
        if self._base is None:
            self._base = self._new_base()
        self._session = self.host.session(self._base, mode)
        self.mode = mode
        yield from self._session.open(argument, cancellation)

    def reply(self, text: str, cancellation: Cancellation) -> Iterator[SessionEvent]:
        """Go on with what the user said."""
        if self._session is not None:
            yield from self._session.reply(text, cancellation)

    def model(self) -> str:
        """The model that is in use; empty before it was asked for anything."""
        model = self._base.models.loaded_language if self._base is not None else None
        return model.name if model is not None else ""

    def save(self, name: str, text: str) -> str:
        """Write a new note; returns its path."""
        with closing(self._new_base()) as base:
            return str(base.files.create_note(name, text))

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

    def _new_base(self) -> KnowledgeBase:
        return KnowledgeBase(self._settings, lambda: self.host, self._notice)
