"""A quiz as a mode: ask, grade, let the learner say how it went, schedule."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from kb.plugin_api import (
    Cancellation,
    Card,
    Choices,
    Done,
    Event,
    KnowledgeBase,
    NothingToStudy,
    Said,
    Saved,
    Standing,
    Status,
    Verdict,
    safe_line,
)
from kb_plugins.quiz import COUNT, MODE
from kb_plugins.quiz.deck import Deck, is_of_deck, overridden
from kb_plugins.quiz.grade import Graded, grade
from kb_plugins.quiz.item import Item
from kb_plugins.quiz.logging_cards import checked_now, mark_of, open_log, review_of
from kb_plugins.quiz.reviews import RATINGS, Rating, Review, ReviewLog, new_scheduler, now, reviewed
from kb_plugins.quiz.saved import as_note
from kb_plugins.study.minds import Minds

NEW_A_DAY = 20
MOST_TIMES = 4  # that one card is asked in a session
TOLD = 5  # unusable cards named at the start
NOTHING_DUE = "Nothing is due. Come back later, or begin new cards with: kb quiz"
ENOUGH_FOR_TODAY = (
    f"{NEW_A_DAY} new cards were begun today, and nothing is due. Begin more with: kb quiz --new 40"
)
NOTHING_TO_ASK = "There is nothing to ask about. Begin a quiz on notes with definitions, bold terms, numbers, tables or flashcards."
_SUGGESTED: dict[str, Rating] = {"right": 3, "wrong": 1}


class QuizSession:
    """Asks up to `count` cards: those that are due, then, unless `due_only`, new ones, `fresh` a day at most.

    A card that was rated "again" comes back before the session ends.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        count: int = COUNT,
        due_only: bool = False,
        fresh: int | None = None,
        new_only: bool = False,
    ) -> None:
        self._base, self._count, self._due_only, self._new_only = base, count, due_only, new_only
        self._fresh = NEW_A_DAY if fresh is None else fresh
        self._items: list[Item] = []
        self._at = 0
        self._graded: Graded | None = None  # set while the learner is asked how it went
        self._rated: list[
            tuple[int, Review, bool]
        ] = []  # place, line and whether the card comes back; for /undo
        self._label = ""

    @cached_property
    def _log(self) -> ReviewLog:
        return open_log(self._base)

    @cached_property
    def _minds(self) -> Minds:
        return Minds(self._base)

    @cached_property
    def _deck(self) -> Deck:
        return Deck(self._base, self._log)

    def open(self, argument: str, cancellation: Cancellation, /) -> Iterator[Event]:
        """Gather the cards and ask the first."""
        yield Status("Looking for cards")
        moment = checked_now()
        if notice := self._log.odd_clocks_notice():
            yield Said(notice)
        selection = self._base.select(argument)
        self._label = selection.label
        within = None if selection.kind == "all" else selection.paths
        due = [item for item in self._deck.due(moment, within) if is_of_deck(item, selection)]
        self._items = [] if self._new_only else due[: self._count]
        left = max(0, self._fresh - self._log.begun_on(moment))
        if not self._due_only and len(self._items) < self._count and not cancellation.cancelled:
            asked = {item.id for item in self._items}
            count = min(self._count - len(self._items), left)
            fresh = self._deck.new(selection, count, moment.toordinal()) if count else []
            self._items += [item for item in fresh if item.id not in asked]
        unusable = self._deck.unusable(selection)
        if unusable:
            rest = f" And {len(unusable) - TOLD} more." if len(unusable) > TOLD else ""
            yield Said("\n".join(f"- {safe_line(line)}" for line in unusable[:TOLD]) + rest)
        if not self._items and (self._due_only or not left):
            yield Said(NOTHING_DUE if self._due_only else ENOUGH_FOR_TODAY)
            yield Done(ended=True)
            return
        if not self._items:
            raise NothingToStudy(
                f"No question can be made from {selection.label}. Name a note with definitions, bold terms, numbers, "
                "tables or flashcards."
            )
        yield from self._ask()

    def reply(self, text: str, _cancellation: Cancellation, /) -> Iterator[Event]:
        """Take an answer, how it went, or a command."""
        command, _, rest = text.strip().partition(" ")
        if command == "/undo":
            yield from self._undo()
            return
        if self._at >= len(self._items):
            yield from self._end()
            return
        item = self._items[self._at]
        match command:
            case "/quit":
                yield from self._end()
            case "/save":
                yield from self._save(rest)
            case "/skip":
                yield from self._next()
            case "/suspend" | "/delete":
                yield from self._put_away(item, "suspend" if command == "/suspend" else "delete")
            case "/edit":
                yield from self._edit(item, rest)
            case _ if self._graded is not None:
                yield from self._rate(item, text.strip())
            case "/reveal":
                yield from self._judge(item, Graded("wrong", "Shown."))
            case _ if command.startswith("/"):
                yield Said(f"Unknown command {command}. Commands: {', '.join(MODE.commands)}")
                yield Done()
            case _:
                yield from self._grade(item, text)

    def close(self) -> None:
        """Every answer is written down already."""

    def _ask(self) -> Iterator[Event]:
        item = self._items[self._at]
        self._graded = None
        yield self._standing()
        yield Card(self._at + 1, len(self._items), item.kind, item.stem, item.options, item.as_quote())
        yield Done()

    def _standing(self) -> Standing:
        return Standing("card", self._at + 1, len(self._items), f"{self._right} right")

    def _grade(self, item: Item, text: str) -> Iterator[Event]:
        minds = self._minds
        graded = grade(item, text, minds.similarity, self._deck.aliases(item), minds.supports)
        if (item.options or item.expected) and graded.grade == "unsure":
            yield Said(graded.note)  # not an answer yet
            yield Done()
            return
        if item.kind == "explain" and graded.note != "No answer.":
            yield Said(
                f"| my answer | the note's answer |\n| --- | --- |\n| {_cell(text)} | {_cell(item.key)} |"
            )
        yield from self._judge(item, graded)

    def _judge(self, item: Item, graded: Graded) -> Iterator[Event]:
        self._graded = graded
        yield Verdict(graded.grade, item.key, item.as_quote(), graded.note)
        yield self._choices(item, graded)
        yield Done()

    def _choices(self, item: Item, graded: Graded) -> Choices:
        before, scheduler = self._log.schedule().get(item.id), new_scheduler()
        moment = now()
        choices = []
        for rating, name in RATINGS.items():
            after = reviewed(scheduler, before, review_of(item, rating, moment))
            usual = " (Enter)" if _SUGGESTED.get(graded.grade) == rating else ""
            choices.append((str(rating), f"{name} · {_span((after.due - moment).total_seconds())}{usual}"))
        return Choices(tuple(choices))

    def _rate(self, item: Item, text: str) -> Iterator[Event]:
        assert self._graded is not None
        suggested = _SUGGESTED.get(self._graded.grade)
        rating = suggested if not text else next((key for key in RATINGS if str(key) == text), None)
        if rating is None:
            yield Said("How did it go? 1 again, 2 hard, 3 good, 4 easy.")
            yield self._choices(item, self._graded)
            yield Done()
            return
        review = review_of(item, rating, now())
        self._log.add(review)
        comes_back = rating == 1 and sum(one.id == item.id for one in self._items) < MOST_TIMES
        if comes_back:
            self._items.append(item)
        self._rated.append((self._at, review, comes_back))
        yield from self._next()

    def _undo(self) -> Iterator[Event]:
        if not self._rated:
            yield Said("No rating to undo in this session.")
            yield Done()
            return
        self._at, review, came_back = self._rated.pop()
        if came_back:
            self._items.pop()
        self._log.add(Review(review.card, now().isoformat(), 0, review.path, act="undo", of=review.at))
        yield Said("Taken back.")
        yield from self._ask()

    def _put_away(self, item: Item, act: Literal["suspend", "delete"]) -> Iterator[Event]:
        self._log.add(mark_of(item, act))
        later = [one for place, one in enumerate(self._items) if place > self._at and one.id != item.id]
        self._items = [*self._items[: self._at + 1], *later]
        done = "Suspended" if act == "suspend" else "Deleted"
        yield Said(f"{done}; the note stays as it is. Take it back with: kb quiz --resume {item.id}")
        yield from self._next()

    def _edit(self, item: Item, text: str) -> Iterator[Event]:
        question, _, key = (part.strip() for part in text.partition("::"))
        if not question or not key:
            yield Said(
                f"Write /edit QUESTION::ANSWER to reword the card, or change the note itself, "
                f"{safe_line(item.where)}: kb quiz --edit {item.id}"
            )
            yield Done()
            return
        self._log.add(mark_of(item, "override", question, key))
        changed = overridden(item, question, key)
        self._items = [changed if one.id == item.id else one for one in self._items]
        yield Said("Changed; the note stays as it is.")
        yield from self._ask()

    def _next(self) -> Iterator[Event]:
        self._at += 1
        if self._at < len(self._items):
            yield from self._ask()
        else:
            yield from self._end()

    @property
    def _right(self) -> int:
        return sum(review.rating > 1 for _, review, _ in self._rated)

    def _end(self) -> Iterator[Event]:
        answered = len(self._rated)
        if not self._items:
            yield Said(NOTHING_TO_ASK)
            yield Done(ended=True)
            return
        left = len(self._items) - answered
        rest = f", {left} left for later" if left > 0 else ""
        score = f"{self._right} of {answered} right" if answered else "No question was answered"
        yield Said(f"{score}{rest}.")
        yield Done(ended=True)

    def _save(self, name: str) -> Iterator[Event]:
        title = name.strip() or f"Flashcards/{self._label} {now():%Y-%m-%d %H%M}".replace("#", "")
        items = list({item.id: item for item in self._items}.values())
        yield Saved(self._base.files.create_note(title, as_note(items, self._label)))
        yield Done()


def _cell(text: str) -> str:
    return safe_line(text).replace("|", "\\|")


def _span(seconds: float) -> str:
    """A time to wait, in its largest unit."""
    for size, name in (
        (31_536_000, "years"),
        (2_592_000, "months"),
        (86_400, "days"),
        (3_600, "h"),
        (60, "min"),
    ):
        if seconds >= size:
            return f"{seconds / size:.0f} {name}"
    return "now"
