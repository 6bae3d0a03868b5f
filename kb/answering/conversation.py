"""A conversation, turn by turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of this conversation, as it was understood, with what was answered."""

    question: str
    answer: str
