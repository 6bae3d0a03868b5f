"""A plugin's session, kept to its word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kb.errors import PluginError
from kb.limits import check_length
from kb.plugin_api import Done
from kb.plugin_host.guard import guard

if TYPE_CHECKING:
    from kb.plugin_api import Cancellation, Event, KnowledgeBase, Mode, Session


class GuardedSession:
    """Raises only KbErrors, ends each turn with exactly one Done, and says when it was closed."""

    def __init__(self, base: KnowledgeBase, mode: Mode, ended: Callable[[int], None]) -> None:
        """`ended` is told after how many replies the session was closed."""
        self._mode, self._ended = mode, ended
        self._session: Session | None = guard(f"Mode {mode.name}", lambda: mode.start(base))
        self._turns = 0

    def open(self, argument: str, cancellation: Cancellation) -> Iterator[Event]:
        """Begin."""
        return self._turn(lambda session: session.open(argument, cancellation))

    def reply(self, text: str, cancellation: Cancellation) -> Iterator[Event]:
        """Go on."""
        check_length(text)
        self._turns += 1
        return self._turn(lambda session: session.reply(text, cancellation))

    def close(self) -> None:
        """End the session; closing twice is fine."""
        session, self._session = self._session, None
        if session is not None:
            guard(f"Mode {self._mode.name}", session.close)
            self._ended(self._turns)

    def _turn(self, begin: Callable[[Session], Iterator[Event]]) -> Iterator[Event]:
        session, name = self._session, f"Mode {self._mode.name}"
        if session is None:
            raise PluginError(f"The {self._mode.name} session is closed. Start another.")
        events = guard(name, lambda: iter(begin(session)))
        done: Done | None = None
        while (event := guard(name, lambda: next(events, None))) is not None:
            if isinstance(event, Done):
                done = event
                break
            yield event
        yield done or Done()
