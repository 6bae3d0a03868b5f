"""The log of reviews as sessions use it: opened for a vault, with a line for each thing that is done with a card."""

from __future__ import annotations

from datetime import datetime

from kb.plugin_api import KnowledgeBase, UsageError
from kb_plugins.quiz.item import Item
from kb_plugins.quiz.reviews import EARLIEST, Act, Rating, Review, ReviewLog, now


def open_log(base: KnowledgeBase) -> ReviewLog:
    """The reviews of this vault, to be added to by this machine."""
    return ReviewLog(base.logs.of("reviews"))


def checked_now() -> datetime:
    """The present moment. Raises UsageError when this machine's clock cannot be right."""
    moment = now()
    if moment < EARLIEST:
        raise UsageError(
            f"The clock of this machine says {moment:%Y-%m-%d}. Set it first: reviews are scheduled by the day."
        )
    return moment


def review_of(item: Item, rating: Rating, moment: datetime, mode: str = "quiz") -> Review:
    """The line of the log for an answer to `item`."""
    return Review(
        item.id, moment.isoformat(), rating, item.path, item.title, item.key, mode, question=item.question
    )


def mark_of(item: Item, act: Act, question: str = "", key: str = "") -> Review:
    """The line of the log for something else that was done with `item`."""
    return Review(
        item.id,
        now().isoformat(),
        0,
        item.path,
        item.title,
        key or item.key,
        act=act,
        question=question or item.question,
    )
