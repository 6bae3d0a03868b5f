"""Reviews: FSRS' own schedule, logs that merge in any order, statistics, Anki packages, sessions."""

from __future__ import annotations

import random
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import fsrs
import pytest
from kb_plugins.quiz.anki import write_package
from kb_plugins.quiz.deck import Deck
from kb_plugins.quiz.logging_cards import open_log
from kb_plugins.quiz.reviews import UTC, Review, ReviewLog, replay
from kb_plugins.quiz.session import QuizSession
from kb_plugins.quiz.statistics import as_text, statistics

from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Cancellation, Card, Choices, Done, MachineLog, Saved, Verdict
from kb.settings import Settings

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


def review_log(folder: Path, machine: str) -> ReviewLog:
    return ReviewLog(MachineLog(folder.parent, folder.name, lambda: machine))


def history(count: int) -> list[Review]:
    chance = random.Random(3)
    moment, reviews = START, []
    for _ in range(count):
        moment += timedelta(minutes=chance.randrange(1, 900))
        rating = chance.choices((1, 2, 3, 4), (2, 1, 6, 1))[0]
        reviews.append(Review(f"card-{chance.randrange(40)}", moment.isoformat(), rating, "Tea.md"))  # type: ignore[arg-type]
    return reviews


def test_a_thousand_reviews_give_the_schedule_of_fsrs() -> None:
    reviews = history(1000)
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    cards: dict[str, fsrs.Card] = {}
    for review in reviews:
        card = cards.get(review.card) or fsrs.Card(card_id=1, due=review.moment)
        cards[review.card], _ = scheduler.review_card(card, fsrs.Rating(review.rating), review.moment)
    assert {name: card.due for name, card in replay(reviews).items()} == {
        name: card.due for name, card in cards.items()
    }


def test_two_machines_logs_give_one_schedule_in_either_order(tmp_path: Path) -> None:
    reviews = history(200)
    for first, second in (("laptop", "desk"), ("desk", "laptop")):
        folder = tmp_path / first
        for place, review in enumerate(reviews):
            review_log(folder, first if place % 2 else second).add(review)
    one, other = review_log(tmp_path / "laptop", "x"), review_log(tmp_path / "desk", "x")
    assert one.schedule() == other.schedule() == replay(reviews)


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    log = review_log(tmp_path, "laptop")
    first, second = history(2)
    log.add(first)
    with (tmp_path / "laptop.jsonl").open("a") as file:
        file.write('{"card": "torn", "at": "2026-')
    log.add(second)
    assert log.reviews == [first, second]


def test_a_conflict_copy_of_a_syncer_counts_no_review_twice(tmp_path: Path) -> None:
    log = review_log(tmp_path, "laptop")
    for review in history(5):
        log.add(review)
    shutil.copy(tmp_path / "laptop.jsonl", tmp_path / "laptop.sync-conflict.jsonl")
    assert len(review_log(tmp_path, "laptop").reviews) == 5


def test_statistics_draw_retention_and_days() -> None:
    reviews = history(300)
    now = START + timedelta(days=120)
    figures = statistics(reviews, list(replay(reviews).values()), now)
    assert figures["reviews"] == 300
    assert all(0 <= row["kept"] <= 1 for row in figures["retention"])
    assert "Mon" in as_text(figures, date(2026, 5, 1))


@pytest.fixture
def base(small_base: Path, tmp_path: Path) -> Iterator[Any]:
    shutil.copytree(small_base / "vault", tmp_path / "vault")
    base = KnowledgeBase(Settings(vault=tmp_path / "vault", index=small_base / "index"))
    yield base
    base.close()


def test_an_anki_package_holds_each_card_once_and_the_same_ids_again(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    items = list(Deck(base, open_log(base)).items(base.select("")))
    guids = []
    for name in ("one.apkg", "two.apkg"):
        write_package(base, items, tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as package:
            package.extract("collection.anki2", tmp_path / name[:3])
        collection = sqlite3.connect(tmp_path / name[:3] / "collection.anki2")
        guids.append({row[0] for row in collection.execute("SELECT guid FROM notes")})
        collection.close()
    assert len(guids[0]) == len(items) > 0
    assert guids[0] == guids[1]


def turn(session: QuizSession, text: str) -> list[Any]:
    events = list(session.reply(text, Cancellation()))
    assert [isinstance(event, Done) for event in events].count(True) == 1
    assert isinstance(events[-1], Done)
    return events


def test_a_session_asks_grades_and_writes_reviews_down(base: KnowledgeBase) -> None:
    session = QuizSession(base, count=2)
    events = list(session.open("", Cancellation()))
    card = next(event for event in events if isinstance(event, Card))
    assert card.total == 2
    verdict, choices, _ = turn(session, "no idea")
    assert isinstance(verdict, Verdict)
    assert verdict.grade == "wrong"
    assert verdict.key in verdict.source.text
    assert isinstance(choices, Choices)
    events = turn(session, "")
    assert any(isinstance(event, Card) for event in events)
    events = turn(session, "/save Cards/Mine")
    assert isinstance(events[0], Saved)
    assert "::" in events[0].path.read_text(encoding="utf-8")
    assert turn(session, "/quit")[-1].ended
    [review] = open_log(base).reviews
    assert review.rating == 1


def test_a_card_whose_sentence_was_touched_up_is_the_same_card(base: KnowledgeBase) -> None:
    log = open_log(base)
    path = "Learning/Spaced repetition.md"
    [item] = Deck(base, log).of_note(path)
    log.add(Review(item.id, START.isoformat(), 3, path, item.title, item.key, question=item.question))
    file = base.settings.vault / path
    file.write_text(
        file.read_text().replace("a fact at growing intervals", "each fact at intervals that grow")
    )
    [due] = Deck(base, log).due(START + timedelta(days=30))
    assert due.id == item.id
    assert "intervals that grow" in due.key


def test_a_card_whose_fact_is_gone_retires(base: KnowledgeBase) -> None:
    log = open_log(base)
    log.add(Review("0123456789abcdef", START.isoformat(), 3, "Tokens.md", "Tokens", "gone"))
    assert Deck(base, log).due(START + timedelta(days=30)) == []
    assert log.schedule() == {}
