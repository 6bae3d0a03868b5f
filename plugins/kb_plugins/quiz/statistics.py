"""What the reviews say: how much is kept over time, and on which days was studied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kb_plugins.quiz.reviews import Review, Scheduled

_BUCKETS = (
    (0, "same day"),
    (1, "1 day"),
    (3, "2-3 days"),
    (7, "4-7 days"),
    (14, "1-2 weeks"),
    (30, "2-4 weeks"),
)
_LONGER = "longer"
_WEEKS = 26
_SHADES = " ░▒▓█"
_BAR = 20  # characters of a full bar


def statistics(reviews: Sequence[Review], cards: Sequence[Scheduled], now: datetime) -> dict[str, Any]:
    """Counts, retention by time since the review before, and reviews by day; the documented form of --json."""
    real = [review for review in reviews if review.act == "review"]
    last: dict[str, datetime] = {}
    seen: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for review in real:
        if review.card in last:
            bucket = _bucket((review.moment - last[review.card]).days)
            seen[bucket] += 1
            kept[bucket] += review.rating > 1
        last[review.card] = review.moment
    days = Counter(review.moment.astimezone().date().isoformat() for review in real)
    names = [name for _, name in _BUCKETS] + [_LONGER]
    return {
        "cards": len(cards),
        "due": sum(card.due <= now for card in cards),
        "reviews": len(real),
        "retention": [
            {"after": name, "reviews": seen[name], "kept": round(kept[name] / seen[name], 3)}
            for name in names
            if seen[name]
        ],
        "days": dict(sorted(days.items())),
    }


def as_text(figures: dict[str, Any], today: date) -> str:
    """The same for reading: a retention curve and a heat map."""
    cards, reviews = figures["cards"], figures["reviews"]
    nouns = "card" if cards == 1 else "cards", "review" if reviews == 1 else "reviews"
    lines = [f"{cards} {nouns[0]}, {figures['due']} due, {reviews} {nouns[1]}", ""]
    if figures["retention"]:
        lines.append("Remembered, by time since the previous review:")
        for row in figures["retention"]:
            bar = "█" * round(row["kept"] * _BAR)
            lines.append(f"  {row['after']:>9}  {bar:<{_BAR}} {row['kept']:>4.0%} of {row['reviews']}")
        lines.append("")
    lines += heat_map(figures["days"], today)
    return "\n".join(lines)


def heat_map(days: Mapping[str, int], today: date, weeks: int = _WEEKS) -> list[str]:
    """A column for each week, a row for each weekday; darker for more reviews. Empty where there is none."""
    monday = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    most = max(days.values(), default=0)
    rows = []
    for weekday, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        cells = [
            days.get((monday + timedelta(weeks=week, days=weekday)).isoformat(), 0) for week in range(weeks)
        ]
        shades = "".join(_shade(count, most) for count in cells)
        rows.append(f"  {name} {shades}")
    return [f"Reviews of the last {weeks} weeks (darkest: {most} a day):", *rows] if most else []


def _shade(count: int, most: int) -> str:
    if not count:
        return "·"
    return _SHADES[min(len(_SHADES) - 1, 1 + (count - 1) * (len(_SHADES) - 1) // most)]


def _bucket(days: int) -> str:
    return next((name for limit, name in _BUCKETS if days <= limit), _LONGER)
