"""Where the learner stands tonight, worked out from the log of reviews alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kb.plugin_api import KnowledgeBase, safe_line
from kb_plugins.quiz.reviews import Review, ReviewLog, now
from kb_plugins.quiz.session import NEW_A_DAY
from kb_plugins.quiz.statistics import heat_map
from kb_plugins.socratic.learner import mastery

_WEAK = 0.5  # mastery below which a note is worth a lesson
_MOST_WEAK = 3  # notes that are named
_WEEKS = 16  # of the activity picture


@dataclass(frozen=True, slots=True)
class Weak:
    """A note whose cards sit badly."""

    path: str
    title: str
    mastery: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is to do, and what was done."""

    due: int
    due_notes: int
    new: int  # cards that may still be begun today
    streak: int  # days in a row with a review, up to today or yesterday
    today: int  # reviews of today
    weak: tuple[Weak, ...]
    days: dict[str, int]  # reviews by day, ISO

    def as_text(self, day: date) -> str:
        """The overview for reading, as Markdown."""
        lines = [
            f"**Due**: {_count(self.due, 'card')} of {_count(self.due_notes, 'note')}",
            f"**New**: up to {self.new} today",
        ]
        if self.weak:
            names = ", ".join(f"{safe_line(one.title)} ({one.mastery:.0%})" for one in self.weak)
            lines.append(f"**Least known**: {names}")
        rest = f", {_count(self.today, 'review')} today" if self.today else ""
        lines.append(f"**Streak**: {_count(self.streak, 'day')}{rest}")
        picture = heat_map(self.days, day, _WEEKS)
        text = "\n".join(f"- {line}" for line in lines)
        return f"{text}\n\n```\n" + "\n".join(picture) + "\n```" if picture else text

    def as_json(self) -> dict[str, Any]:
        """The documented form of `kb study --json`."""
        weak = [{"path": one.path, "title": one.title, "mastery": round(one.mastery, 2)} for one in self.weak]
        return {
            "due": self.due, "due_notes": self.due_notes, "new": self.new, "streak": self.streak, "today": self.today,
            "weak": weak, "days": self.days,
        }  # fmt: skip


def overview(base: KnowledgeBase, log: ReviewLog, within: Sequence[str] | None) -> Overview:
    """How things stand in the notes `within`, or in all of them; streak and days are of everything."""
    moment = now()
    paths = set(within) if within is not None else None
    due = [card for card in log.due(moment) if paths is None or card.path in paths]
    real = [review for review in log.reviews if review.act == "review"]
    days = Counter(review.moment.astimezone().date() for review in real)
    today = moment.astimezone().date()
    return Overview(
        due=len(due),
        due_notes=len({card.path for card in due}),
        new=max(0, NEW_A_DAY - log.begun_on(moment)),
        streak=streak(days, today),
        today=days[today],
        weak=tuple(_weak(base, real, paths)),
        days={day.isoformat(): count for day, count in sorted(days.items())},
    )


def streak(days: Iterable[date], today: date) -> int:
    """Days in a row with a review that reach today; a day that is not over yet breaks nothing."""
    studied = set(days)
    day = today if today in studied else today - timedelta(days=1)
    count = 0
    while day in studied:
        count, day = count + 1, day - timedelta(days=1)
    return count


def _weak(base: KnowledgeBase, reviews: Sequence[Review], within: set[str] | None) -> list[Weak]:
    known = mastery(reviews)
    found = [
        Weak(note.path, note.title, known[note.title])
        for note in base.catalog.notes()
        if note.title in known and (within is None or note.path in within)
    ]
    weak = sorted((one for one in found if one.mastery < _WEAK), key=lambda one: (one.mastery, one.path))
    return weak[:_MOST_WEAK]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
