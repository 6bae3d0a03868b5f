"""The log of reviews, and what FSRS makes of it.

Every machine appends JSON lines to a file of its own in the vault's `.kb/reviews`, so that any file syncer brings
them together. The schedule is worked out from all lines in the order of their times: whoever has the same lines has
the same schedule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from kb.plugin_api import MachineLog, ReviewsUnwritable

if TYPE_CHECKING:
    import fsrs

UTC = timezone.utc  # noqa: UP017 - reads better beside fsrs, which insists on it
Rating = Literal[1, 2, 3, 4]
Act = Literal["review", "retire"]
RATINGS: Mapping[Rating, str] = {1: "again", 2: "hard", 3: "good", 4: "easy"}


@dataclass(frozen=True, slots=True)
class Review:
    """One line of the log."""

    card: str
    at: str  # ISO 8601, UTC
    rating: Rating
    path: str  # of the note, when it was asked
    concept: str = ""  # the note's title, for the learner model
    key: str = ""  # the answer, to find the card again when its text changed
    mode: str = "quiz"
    act: Act = "review"  # "retire": the card's text is gone, it is not due any more

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


class ReviewLog:
    """The reviews that all machines wrote into `log`."""

    def __init__(self, log: MachineLog) -> None:
        self._log = log

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
        self.__dict__.pop("reviews", None)

    @cached_property
    def reviews(self) -> list[Review]:
        """Every review of every machine once, by time."""
        return sorted(
            _parsed(self._log.rows()),
            key=lambda review: (review.moment, review.card, review.rating, review.act),
        )

    def schedule(self) -> dict[str, Scheduled]:
        """Every card that is not retired, by id."""
        return replay(self.reviews)

    def due(self, now: datetime) -> list[Scheduled]:
        """The cards to review now, the longest due first."""
        cards = [card for card in self.schedule().values() if card.due <= now]
        return sorted(cards, key=lambda card: (card.due, card.card))


def replay(reviews: Iterable[Review]) -> dict[str, Scheduled]:
    """What FSRS makes of `reviews`, which are ordered by time."""
    scheduler = new_scheduler()
    cards: dict[str, Scheduled] = {}
    retired: dict[str, Scheduled] = {}
    for review in reviews:
        if review.act == "retire":
            if review.card in cards:
                retired[review.card] = cards.pop(review.card)
            continue
        # A text that was changed and changed back is as well known as before.
        before = cards.get(review.card) or retired.pop(review.card, None)
        cards[review.card] = reviewed(scheduler, before, review)
    return cards


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


def _parsed(rows: Iterable[Mapping[str, Any]]) -> Iterator[Review]:
    for value in rows:
        try:
            review = Review(**{name: value[name] for name in Review.__dataclass_fields__ if name in value})
            if review.moment.tzinfo and review.rating in RATINGS and isinstance(review.card, str):
                yield review
        except (ValueError, TypeError, KeyError):
            continue  # from a newer kb
