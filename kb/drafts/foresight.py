"""Where a note may link, by what the whole vault links; learned in the background, for it takes a moment."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping

from kb.errors import IndexingError
from kb.knowledge_base import whole
from kb.linking.advisor import LinkAdvisor

_PATIENCE = 50  # times as long as learning takes, before it is done again


class Foresight:
    """What is learned from a large vault is kept for a while: a few saved notes change little of it."""

    def __init__(self, base: object) -> None:
        """`base` is a knowledge base; raises TypeError for anything else."""
        self._base = whole(base)
        self._advisor: LinkAdvisor | None = None
        self._at = self._seconds = 0.0

    def likely(self, path: str, linked: Collection[str]) -> Mapping[str, float]:
        """How likely the note at `path`, which links `linked`, links each other one; nothing without an index."""
        now = time.monotonic()
        is_stale = now - self._at > _PATIENCE * self._seconds
        try:
            if self._advisor is None or is_stale:
                self._advisor = self._base.links.advisor
            found = self._advisor.likely(path, linked)
        except IndexingError:
            return {}
        if is_stale:
            self._at, self._seconds = now, time.monotonic() - now
        return found
