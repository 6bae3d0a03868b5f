"""What reads and compares for the study plugins: the reader's support model, and cosines in any languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from kb.plugin_api import KnowledgeBase, Support


class Minds:
    """Opens its models when they are first asked."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._alike: dict[tuple[str, str], float] = {}

    def similarity(self, one: str, other: str) -> float:
        """The cosine of two texts."""
        if (one, other) not in self._alike:
            self._alike[one, other] = self._base.models.alike(one, other)
        return self._alike[one, other]

    @cached_property
    def supports(self) -> Callable[[Sequence[tuple[str, str]]], list[Support]] | None:
        """What tells whether a premise supports a statement; None where the reader is missing or damaged."""
        return None if self._base.models.reader.problem() else self._base.models.supports
