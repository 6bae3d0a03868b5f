"""The log of reviews, and what FSRS makes of it.

Every machine appends JSON lines to a file of its own in the vault's `.kb/reviews`, so that any file syncer brings
them together. The schedule is worked out from all lines in the order of their times: whoever has the same lines has
the same schedule. Lines are never changed: what a learner takes back is told by a further line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from kb.plugin_api import MachineLog, ReviewsUnwritable

if TYPE_CHECKING:
    import fsrs

UTC = timezone.utc  # noqa: UP017 - reads better beside fsrs, which insists on it
Rating = Literal[0, 1, 2, 3, 4]  # 0 for a line that is no review
Act = Literal["review", "retire", "revive", "suspend", "resume", "delete", "override", "undo", "move"]
RATINGS: Mapping[Rating, str] = {1: "again", 2: "hard", 3: "good", 4: "easy"}
# Reviews before kb was written, or after now by more than two clocks differ, are of a clock that was wrong.
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
SLACK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Review:
    """One line of the log."""

    card: str
    at: str  # ISO 8601, UTC
    rating: Rating
    path: str  # of the note, when it was asked; of a move, where the note is now
    concept: str = ""  # the note's title, for the learner model
    key: str = ""  # the answer, to find the card again when its text changed; of an override, the learner's
    mode: str = "quiz"
    act: Act = "review"  # "retire": the card's text is gone, it is not due any more
    question: str = ""  # without its place, to find the card again; of an override, the learner's
    of: str = ""  # of an undo, the time of the line that is taken back; of a move, the note's path before

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A card that was reviewed at least once."""

    card: str
    path: str
    concept: str
    due: datetime
    reviews: int
    lapses: int  # reviews that ended with "again", the first ones left out
    stability: float  # days after which the chance of recall is 90 %
    state: fsrs.Card


@dataclass(frozen=True, slots=True)
class Known:
    """What the log says of a card beside its schedule."""

    card: str
    path: str
    concept: str
    question: str = ""  # of the note, when it was last met; empty in a log of version 1
    key: str = ""
    is_suspended: bool = False
    is_deleted: bool = False
    own_question: str = ""  # what the learner wants to be asked instead
    own_key: str = ""


@dataclass(slots=True)
class ReviewLedger:
    """All that the log tells."""

    cards: dict[str, Scheduled] = field(default_factory=dict)
    retired: dict[str, Scheduled] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)


class ReviewLog:
    """The reviews that all machines wrote into `log`."""

    def __init__(self, log: MachineLog) -> None:
        self._log = log
        self.odd_clocks: Counter[str] = Counter()  # lines by file whose time cannot be true

    @property
    def exists(self) -> bool:
        """Whether anything was ever reviewed."""
        return self._log.folder.is_dir()

    def add(self, review: Review) -> None:
        """Append one line, on the disk when this returns. Raises ReviewsUnwritable."""
        try:
            self._log.add(asdict(review))
        except OSError as error:
            raise ReviewsUnwritable(
                f"{self._log.folder} cannot be written: {error.strerror}. Nothing was lost; check the folder."
            ) from error
        for name in ("reviews", "ledger"):
            self.__dict__.pop(name, None)

    @cached_property
    def reviews(self) -> list[Review]:
        """Every line of every machine once, by time, without those taken back and those of a clock that was wrong."""
        latest = now() + SLACK
        self.odd_clocks.clear()
        found = []
        for file, review in _parsed(self._log.entries()):
            if EARLIEST <= review.moment <= latest:
                found.append(review)
            else:
                self.odd_clocks[file] += 1
        undone = {(review.card, review.of) for review in found if review.act == "undo"}
        kept = [review for review in found if review.act != "undo" and (review.card, review.at) not in undone]
        return sorted(kept, key=lambda review: (review.moment, review.card, review.rating, review.act))

    def odd_clocks_notice(self) -> str:
        """One sentence on lines that do not count because of their time; empty for none."""
        _ = self.reviews
        if not self.odd_clocks:
            return ""
        files = ", ".join(f"{name} ({count})" for name, count in sorted(self.odd_clocks.items()))
        return (
            f"Reviews recorded while a clock was wrong are ignored, in .kb/reviews: {files}. "
            "Set the clock of that machine."
        )

    @cached_property
    def ledger(self) -> ReviewLedger:
        """What all lines make."""
        return replay_all(self.reviews)

    def schedule(self) -> dict[str, Scheduled]:
        """Every card that is not retired, suspended or deleted, by id."""
        known = self.ledger.known
        return {
            card: scheduled
            for card, scheduled in self.ledger.cards.items()
            if not (known[card].is_suspended or known[card].is_deleted)
        }

    def due(self, now: datetime) -> list[Scheduled]:
        """The cards to review now, the longest due first."""
        cards = [card for card in self.schedule().values() if card.due <= now]
        return sorted(cards, key=lambda card: (card.due, card.card))

    def begun_on(self, moment: datetime) -> int:
        """How many cards were reviewed for the first time on the learner's day of `moment`."""
        first: dict[str, datetime] = {}
        for review in self.reviews:
            if review.act == "review":
                first.setdefault(review.card, review.moment)
        today = moment.astimezone().date()
        return sum(begun.astimezone().date() == today for begun in first.values())


def replay(reviews: Iterable[Review]) -> dict[str, Scheduled]:
    """What FSRS makes of `reviews`, which are ordered by time."""
    return replay_all(reviews).cards


def replay_all(reviews: Iterable[Review]) -> ReviewLedger:
    """The schedule and all else that `reviews` tell; they are ordered by time."""
    scheduler = new_scheduler()
    ledger = ReviewLedger()
    for row in reviews:
        if row.act == "move":
            _move(ledger, row)
        else:
            _take(ledger, row, scheduler)
    return ledger


def _take(ledger: ReviewLedger, row: Review, scheduler: fsrs.Scheduler) -> None:
    known = ledger.known.get(row.card) or Known(row.card, row.path, row.concept)
    known = replace(known, path=row.path or known.path, concept=row.concept or known.concept)
    cards, retired = ledger.cards, ledger.retired
    match row.act:
        case "review":
            # A text that was changed and changed back is as well known as before.
            before = cards.get(row.card) or retired.pop(row.card, None)
            cards[row.card] = reviewed(scheduler, before, row)
        case "retire":
            if row.card in cards:
                retired[row.card] = cards.pop(row.card)
        case "revive":
            if row.card in retired:
                cards[row.card] = replace(retired.pop(row.card), path=row.path)
        case "suspend" | "resume" | "delete":
            known = replace(known, is_suspended=row.act == "suspend", is_deleted=row.act == "delete")
        case _:
            known = replace(known, own_question=row.question, own_key=row.key)
    if row.act in ("review", "suspend", "delete") and not known.own_question:
        known = replace(known, question=row.question or known.question, key=row.key or known.key)
    ledger.known[row.card] = known


def _move(ledger: ReviewLedger, row: Review) -> None:
    for card, known in ledger.known.items():
        if known.path == row.of:
            ledger.known[card] = replace(known, path=row.path)
    for cards in (ledger.cards, ledger.retired):
        for card, scheduled in cards.items():
            if scheduled.path == row.of:
                cards[card] = replace(scheduled, path=row.path)


def reviewed(scheduler: fsrs.Scheduler, before: Scheduled | None, review: Review) -> Scheduled:
    """The card after `review`."""
    import fsrs

    # The number only tells cards apart within fsrs; ours are told apart by their own id.
    card = before.state if before else fsrs.Card(card_id=1, due=review.moment)
    after, _ = scheduler.review_card(card, fsrs.Rating(review.rating), review.moment)
    return Scheduled(
        card=review.card,
        path=review.path,
        concept=review.concept,
        due=after.due,
        reviews=(before.reviews if before else 0) + 1,
        lapses=(before.lapses + (review.rating == 1)) if before else 0,
        stability=after.stability or 0.0,
        state=after,
    )


def new_scheduler() -> fsrs.Scheduler:
    """FSRS with its default weights, without chance: the same log must always give the same schedule."""
    import fsrs

    return fsrs.Scheduler(enable_fuzzing=False)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def _parsed(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[tuple[str, Review]]:
    """The lines that are reviews; what another version or another hand wrote otherwise is passed over."""
    acts = get_args(Act)
    for file, value in entries:
        fields = {name: value[name] for name in Review.__dataclass_fields__ if name in value}
        if not all(isinstance(text, str) for name, text in fields.items() if name != "rating"):
            continue
        rating = fields.get("rating")
        if type(rating) is not int or fields.get("act", "review") not in acts:
            continue
        if rating not in (RATINGS if fields.get("act", "review") == "review" else (0, *RATINGS)):
            continue
        try:
            review = Review(**fields)
            # Years at either end cannot be compared across time zones.
            if review.moment.tzinfo and 1 < review.moment.year < 9999:
                yield file, review
        except (ValueError, TypeError, OverflowError):
            continue
