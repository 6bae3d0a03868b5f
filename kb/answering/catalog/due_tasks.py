"""Questions about tasks: which are open, which are due, and when; answered from the tasks themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kb.indexing.catalog_queries import CatalogQueries, StoredTask
from kb.text.days import day_in
from kb.text.periods import find_period

_ASKS = re.compile(
    r"\b(?:tasks?|to-?dos?|todos?)\b|\bwhat (?:is|'s|are) due\b|\bdue (?:today|tomorrow|this|next|in|on|soon)\b"
    r"|\baufgaben?\b|\bfällig\w*|\btâches?\b|\bà faire (?:cette|aujourd|demain)|\btareas?\b|\bpendientes?\b|任务|待办",
    re.IGNORECASE,
)
_DUE = re.compile(r"(?:📅|🗓️?|⏳|@due\(|due::?|fällig:?|\(due )\s*(\d{4}-\d\d-\d\d)", re.IGNORECASE)
_NEXT = re.compile(
    r"\bdue next\b|\bnext task\b|\bnächste aufgabe\b|\bprochaine tâche\b|\bpróxima tarea\b|下一个",
    re.IGNORECASE,
)
_OVERDUE = re.compile(r"\boverdue\b|\büberfällig\w*|\ben retard\b|\bvencidas?\b|过期", re.IGNORECASE)
_DONE = "xX-"  # states of what is over
_MOST = 20


@dataclass(frozen=True, slots=True)
class DueTask:
    """An open task and the day it is due."""

    task: StoredTask
    due: date


def due_tasks(question: str, lookup: CatalogQueries, today: date) -> tuple[DueTask, ...] | None:
    """The open tasks that `question` asks for by when they are due, soonest first; None when it asks for none so."""
    if not _ASKS.search(question):
        return None
    dated = sorted(
        (
            DueTask(task, due)
            for task in lookup.tasks()
            if task.state not in _DONE and (due := due_day(task.text))
        ),
        key=lambda item: (item.due, item.task.path),
    )
    if _NEXT.search(question):
        coming = [item for item in dated if item.due >= today]
        return tuple(item for item in coming if item.due == coming[0].due) if coming else ()
    if _OVERDUE.search(question):
        return tuple(item for item in dated if item.due < today)[:_MOST]
    period = _coming(question, today)
    if period is None:
        return None
    return tuple(item for item in dated if period[0] <= item.due <= period[1])[:_MOST]


def due_day(text: str) -> date | None:
    """The day a task says it is due."""
    found = _DUE.search(text)
    return day_in(found[1]) if found else None


def _coming(question: str, today: date) -> tuple[date, date] | None:
    """The period of a question about what is due: unlike one about what was, it lies ahead."""
    period = find_period(question, today)
    if period is None:
        return None
    first, last = period.first, period.last
    if (last - first).days < 8 and first <= today <= last:
        return first, first + timedelta(6 if first != last else 0)  # "this week" goes on to its end
    if first.day == 1 and last < today and last.month != today.month:
        later = first.replace(year=first.year + 1)  # "in March" is the coming one
        end = (later.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
        return (later, end) if str(first.year) not in question else (first, last)
    if first.day == 1 and first.month == today.month:
        return first, (first.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    return first, last


def labels(tasks: Sequence[DueTask]) -> list[str]:
    """Each task as one line with its day."""
    return [f"{item.due.isoformat()}: {_DUE.sub('', item.task.text).strip()}" for item in tasks]
