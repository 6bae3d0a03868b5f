"""How much a person may ask at once; everything that reads it may then take its time."""

from __future__ import annotations

from kb.errors import QuestionTooLong

LONGEST = 4000  # characters of a question, a query or a reply


def check_length(text: str) -> None:
    """Raise QuestionTooLong where `text` is longer than what a person asks; pasted texts belong into notes."""
    if len(text) > LONGEST:
        raise QuestionTooLong(
            f"That is {len(text):,} characters long; at most {LONGEST:,} are read. Ask it in fewer words."
        )
