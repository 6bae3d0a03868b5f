"""Links for notes that turn up while kb watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kb.errors import KbError
from kb.linking.suggestions import LinkSuggestion

if TYPE_CHECKING:
    from kb.indexing.sync import SyncReport
    from kb.indexing.watch import WatchEvent
    from kb.linking.advisor import LinkAdvisor
    from kb.settings import Settings

# Learning from a vault of 10,000 notes takes some 9 s, and what was learned stays true for a while.
_LEARN_AGAIN_SECONDS = 600.0
_NEW_SECONDS = 3600.0
_MANY = 20  # notes that come at once are an import or a first index, not somebody writing
_SETTLED_SECONDS = 30.0  # a note saved less long ago may be open in an editor


@dataclass(frozen=True, slots=True)
class NewLinks:
    """Links that a new note may want, or that were made in it."""

    path: str
    suggestions: tuple[LinkSuggestion, ...]
    made: bool = False


class BaseLinks(Protocol):
    """What is needed of the links of a knowledge base."""

    @property
    def advisor(self) -> LinkAdvisor: ...
    def apply(
        self,
        what: str,
        suggestions: Sequence[LinkSuggestion],
        *,
        settled_for: float = 0.0,
        related_for: str = "",
    ) -> tuple[list[str], list[str]]: ...


class LinkingBase(Protocol):
    """What is needed of a knowledge base."""

    @property
    def settings(self) -> Settings: ...
    @property
    def links(self) -> BaseLinks: ...


class AutoLinks:
    """Looks at what each sync brought. A note is new for an hour, for it is hardly ever written in one go."""

    def __init__(self, base: LinkingBase) -> None:
        self._base = base
        self._advisor: LinkAdvisor | None = None
        self._learned = 0.0
        self._new: dict[str, float] = {}  # path -> when it turned up
        self._due: set[str] = set()  # new notes that changed and were not looked at since
        self._announced: dict[str, set[tuple[str, str]]] = {}  # path -> (mention, target) told of

    def hearing(
        self, tell: Callable[[WatchEvent | NewLinks], None], synced: Callable[[SyncReport], None]
    ) -> Callable[[WatchEvent], None]:
        """What a watcher tells its events to: `synced` hears of each sync, `tell` of everything and of links after it."""
        from kb.indexing.watch import Synced

        def heard(event: WatchEvent) -> None:
            if isinstance(event, Synced):
                synced(event.report)
            tell(event)
            if isinstance(event, Synced):
                for found in self.after(event.report):
                    tell(found)

        return heard

    def after(self, report: SyncReport) -> Iterator[NewLinks]:
        """What to tell after a sync."""
        settings = self._base.settings.links
        if settings.auto == "off" or report.pending:
            return
        now = time.monotonic()
        self._new = {path: came for path, came in self._new.items() if now - came < _NEW_SECONDS}
        if report.added <= _MANY:
            self._new.update(dict.fromkeys(report.new, now))
        self._due.update(path for path in report.notes if path in self._new)
        for path in sorted(self._due):
            if found := self._look(path):
                yield found

    def _look(self, path: str) -> NewLinks | None:
        settings = self._base.settings.links
        try:
            suggestions = self._learned_advisor().links(path, min_confidence=settings.sure)
            sure = [one for one in suggestions if not one.rivals]
            if settings.auto == "apply" and sure:
                made, _ = self._base.links.apply(f"links for {path}", sure, settled_for=_SETTLED_SECONDS)
                if not made:
                    return None  # it was saved a moment ago; the next look is soon
                self._due.discard(path)
                return NewLinks(path, tuple(sure), made=True)
        except KbError:
            self._due.discard(path)  # gone again, or unreadable; the sync has told of it
            return None
        self._due.discard(path)
        links = {(one.mention, one.target) for one in sure}
        if links <= self._announced.get(path, set()):
            return None
        self._announced[path] = links
        return NewLinks(path, tuple(sure))

    def _learned_advisor(self) -> LinkAdvisor:
        now = time.monotonic()
        if self._advisor is None or now - self._learned > _LEARN_AGAIN_SECONDS:
            self._advisor, self._learned = self._base.links.advisor, now
        return self._advisor
