"""Sessions of modes, for the interface; off its own thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from kb.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    from kb.plugin_api import Cancellation, Mode, Session
    from kb.plugin_api import Event as SessionEvent
    from kb.plugin_host import PluginHost
    from kb.settings import Settings


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
