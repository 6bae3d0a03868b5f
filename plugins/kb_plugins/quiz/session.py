"""A quiz as a mode: ask, grade, let the learner say how it went, schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

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
from kb_plugins.quiz.deck import Deck
from kb_plugins.quiz.grade import Graded, grade
from kb_plugins.quiz.item import GAP, Item
from kb_plugins.quiz.reviews import (
    RATINGS,
    Rating,
    Review,
    ReviewLog,
    new_scheduler,
    now,
    reviewed,
)

_SUGGESTED: dict[str, Rating] = {"right": 3, "wrong": 1}


def open_log(base: KnowledgeBase) -> ReviewLog:
    """The reviews of this vault, to be added to by this machine."""
    return ReviewLog(base.log("reviews"))


class QuizSession:
    """Asks up to `count` cards: those that are due, then, unless `due_only`, new ones."""

    def __init__(self, base: KnowledgeBase, count: int = COUNT, due_only: bool = False) -> None:
        self._base, self._count, self._due_only = base, count, due_only
        self._items: list[Item] = []
        self._at = 0
        self._graded: Graded | None = None  # set while the learner is asked how it went
        self._grades: Counter[str] = Counter()
        self._label = ""

    @cached_property
    def _log(self) -> ReviewLog:
        return open_log(self._base)

    @cached_property
    def _deck(self) -> Deck:
        return Deck(self._base, self._log)

    def open(self, argument: str, cancellation: Cancellation, /) -> Iterator[Event]:
        """Gather the cards and ask the first."""
        yield Status("Looking for cards")
        moment = now()
        selection = self._base.select(argument)
        self._label = selection.label
        within = None if selection.kind == "all" else selection.paths
        self._items = self._deck.due(moment, within)[: self._count]
        due = len(self._items)
        if not self._due_only and due < self._count and not cancellation.cancelled:
            asked = {item.id for item in self._items}
            fresh = self._deck.new(selection, self._count - due, moment.toordinal())
            self._items += [item for item in fresh if item.id not in asked]
        if not self._items and self._due_only:
            yield Said("Nothing is due. Come back later, or begin new cards with: kb quiz")
            yield Done(ended=True)
            return
        if not self._items:
            raise NothingToStudy(
                f"No question can be made of {selection.label}. Name a note with definitions, bold terms, numbers, "
                "tables or flashcards."
            )
        yield from self._ask()

    def reply(self, text: str, _cancellation: Cancellation, /) -> Iterator[Event]:
        """Take an answer, how it went, or a command."""
        if self._at >= len(self._items):
            yield from self._end()
            return
        item = self._items[self._at]
        command, _, rest = text.strip().partition(" ")
        if command == "/quit":
            yield from self._end()
        elif command == "/save":
            yield from self._save(rest)
        elif command == "/skip":
            self._grades["skipped"] += 1
            yield from self._next()
        elif self._graded is not None:
            yield from self._rate(item, text.strip())
        elif command == "/reveal":
            yield from self._judge(item, Graded("wrong", "Shown."))
        elif command.startswith("/"):
            yield Said(f"There is no command {command}. Commands: {', '.join(MODE.commands)}")
            yield Done()
        else:
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
        return Standing("card", self._at + 1, len(self._items), f"{self._grades['right']} right")

    def _grade(self, item: Item, text: str) -> Iterator[Event]:
        graded = grade(item, text, self._similarity, self._deck.aliases(item))
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
            after = reviewed(scheduler, before, self._review(item, rating, moment))
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
        self._log.add(self._review(item, rating, now()))
        self._grades["right" if rating > 1 else "wrong"] += 1
        yield from self._next()

    def _review(self, item: Item, rating: Rating, moment: datetime) -> Review:
        return Review(item.id, moment.isoformat(), rating, item.path, concept=item.title, key=item.key)

    def _next(self) -> Iterator[Event]:
        self._at += 1
        if self._at < len(self._items):
            yield from self._ask()
        else:
            yield from self._end()

    def _end(self) -> Iterator[Event]:
        right, wrong = self._grades["right"], self._grades["wrong"]
        left = len(self._items) - right - wrong
        rest = f", {left} left for later" if left else ""
        yield Said(f"{right} of {right + wrong} right{rest}.")
        yield Done(ended=True)

    def _save(self, name: str) -> Iterator[Event]:
        title = name.strip() or f"Flashcards/{self._label} {now():%Y-%m-%d %H%M}".replace("#", "")
        yield Saved(self._base.create_note(title, as_note(self._items, self._label)))
        yield Done()

    def _similarity(self, one: str, other: str) -> float:
        first, second = self._base.embed([one, other])
        return float(first @ second)


def as_note(items: list[Item], label: str) -> str:
    """Cards as a note with `question::answer` lines, which other programs can read as flashcards too."""
    rows = [
        f"{safe_line(_question(item)).replace('::', ': :')}::{safe_line(item.key)}\n\n"
        f"Source: [[{item.path.removesuffix('.md')}]]\n"
        for item in items
    ]
    return f"---\nmade-by: kb\ntags: [flashcards]\n---\n# Flashcards: {label}\n\n" + "\n".join(rows)


def _question(item: Item) -> str:
    options = f" ({' / '.join(item.options)})" if item.options else ""
    return item.stem.replace(GAP, "…") + options


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
