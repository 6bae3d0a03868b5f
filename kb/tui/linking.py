"""Suggested links, for the interface; off its own thread."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    from kb.linking.decisions import Verdict
    from kb.linking.suggestions import LinkSuggestion
    from kb.notes.edit_journal import Undone
    from kb.settings import Settings

_LIKELY = 0.3  # confidence from which a link is worth a look
_MOST = 500  # suggestions in a queue


class LinkService:
    """Suggests links and makes them; may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._lock = Lock()
        self._base = KnowledgeBase(settings)

    def suggestions(self, note: str = "") -> list[LinkSuggestion]:
        """Links that the note at path `note` may want; of every note, the surest first, when none is named."""
        with self._lock:
            if note:
                return self._base.links.advisor.links(note, min_confidence=_LIKELY)
            found = self._base.links.advisor.links_of_all(_LIKELY)
            return sorted(found, key=lambda one: -one.confidence)[:_MOST]

    def counts(self, paths: Sequence[str]) -> dict[str, int]:
        """How many links each of these notes may want; notes that want none are left out."""
        found: dict[str, int] = {}
        for path in paths:
            with self._lock:
                try:
                    found[path] = len(self._base.links.advisor.links(path, min_confidence=_LIKELY))
                except KbError:
                    continue
        return {path: count for path, count in found.items() if count}

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
            return self._base.links.apply(f"a link in {one.path}", [one])[1]

    def decide(self, verdict: Verdict, one: LinkSuggestion) -> None:
        """Remember what was said; "always" and "never" count in every note."""
        from kb.linking.decisions import decided

        note = None if verdict in ("always", "never") else one.path
        with self._lock:
            self._base.links.decisions.add(decided(verdict, one.mention, note, one.target))

    def undo(self) -> Undone:
        """Take back the last change to notes."""
        with self._lock:
            return self._base.undo()

    def close(self) -> None:
        """Let go of files."""
        with self._lock:
            self._base.close()
