"""An evening of study: how things stand, and what is proposed after what."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from kb_plugins.evening.overview import overview, streak
from kb_plugins.evening.session import EveningSession
from kb_plugins.quiz.logging_cards import open_log
from kb_plugins.quiz.reviews import Rating, Review

from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Cancellation, Card, Choices, Done, Event, Said
from kb.settings import Settings
from tests.support import run_kb, write_notes

NOTES = {
    "Tea.md": "# Tea\n\nWhich country grows Darjeeling?::India\n\nHow hot for green tea?::80 °C\n",
    "Chess.md": "# Chess\n\nWhich piece moves in an L?::knight\n",
}


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    write_notes(tmp_path / "vault", NOTES)
    base = KnowledgeBase(Settings(vault=tmp_path / "vault", index=tmp_path / "index"))
    base.index()
    yield base
    base.close()


def said(events: list[Event]) -> str:
    return "\n".join(event.markdown for event in events if isinstance(event, Said))


def choices(events: list[Event]) -> list[str]:
    return [label for event in events if isinstance(event, Choices) for _, label in event.choices]


def test_a_first_evening_begins_with_new_cards_at_one_keystroke_and_one_answers_a_card(
    base: KnowledgeBase,
) -> None:
    session = EveningSession(base)
    events = list(session.open("", Cancellation()))
    assert "**Due**: 0 cards" in said(events)
    assert choices(events)[0].endswith("new (Enter)")
    events = list(session.reply("", Cancellation()))
    assert any(isinstance(event, Card) for event in events)
    asked = 0
    while not any("enough for tonight" in label for label in choices(events)) and asked < 12:
        list(session.reply("I don't know", Cancellation()))
        events = list(session.reply("4", Cancellation()))
        asked += 1
        if isinstance(events[-1], Done) and events[-1].ended:
            break
    assert asked == 3
    assert (base.logs.folder / "reviews").is_dir()


def test_what_is_due_comes_first_and_the_weakest_note_is_proposed_as_a_lesson(base: KnowledgeBase) -> None:
    log = open_log(base)
    for item_id, path, title in (("a", "Tea.md", "Tea"), ("b", "Chess.md", "Chess")):
        for day in (3, 2):
            moment = datetime.now(UTC) - timedelta(days=day)
            rating: Rating = 1 if path == "Tea.md" else 4
            log.add(Review(item_id, moment.isoformat(), rating, path, title, question="gone", key="gone"))
    standing = overview(base, open_log(base), None)
    assert [one.title for one in standing.weak] == ["Tea"]
    events = list(EveningSession(base).open("", Cancellation()))
    labels = choices(events)
    assert labels[0].startswith("review")
    assert "a lesson on Tea" in labels
    assert "Least known**: Tea" in said(events)


def test_leaving_a_round_comes_back_to_the_proposals_and_once_more_ends(base: KnowledgeBase) -> None:
    session = EveningSession(base)
    list(session.open("Tea.md", Cancellation()))
    list(session.reply("1", Cancellation()))
    events = list(session.reply("/quit", Cancellation()))
    assert choices(events)
    assert not events[-1].ended
    assert list(session.reply("/quit", Cancellation()))[-1].ended


def test_what_is_no_choice_is_asked_again(base: KnowledgeBase) -> None:
    session = EveningSession(base)
    list(session.open("", Cancellation()))
    events = list(session.reply("seven", Cancellation()))
    assert "Choose by number" in said(events)
    assert choices(events)


def test_a_streak_is_broken_by_a_day_that_is_over_and_not_by_today() -> None:
    today = date(2026, 3, 10)
    days = [today - timedelta(days=back) for back in (1, 2, 3, 6)]
    assert streak(days, today) == 3
    assert streak([*days, today], today) == 4
    assert streak(days, today + timedelta(days=1)) == 0
    assert streak([], today) == 0


def test_kb_study_tells_how_things_stand_as_json(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=tmp_path).returncode == 0
    done = run_kb("study", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["due"] == 0
    assert figures["new"] == 20
    assert set(figures) == {"due", "due_notes", "new", "streak", "today", "weak", "days"}
    shutil.rmtree(tmp_path / "vault")
