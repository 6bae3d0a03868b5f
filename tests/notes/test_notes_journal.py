"""Days as people write them, in names and in properties."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kb.notes.dates import read_day, read_moment
from kb.notes.journal import day_in_name, journal_names
from kb.notes.parse import parse_note

DAY = date(2024, 3, 9)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        *((text, DAY) for text in (
            "2024-03-09", "2024-3-9", "2024/03/09", "2024.03.09", "2024_03_09", "20240309", "09.03.2024", "9. 3. 2024",
            "Mar 9th, 2024", "March 9, 2024", "9 March 2024", "9. mar 2024",
        )),
        *((text, None) for text in ("2024-02-31", "03/09/2024", "2024", "2024-03", "Foo 9, 2024", "123456789", "")),
    ],
)  # fmt: skip
def test_days_are_read_in_their_common_forms(text: str, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("stem", "day"),
    [
        ("2024-03-09", DAY), ("2024_03_09 Meeting", DAY), ("20240309", DAY), ("20240309 Call", DAY), ("2024.03.09", DAY),
        ("2024-0309", None), ("202403091", None), ("2024-03-09x", None), ("Tea 2024-03-09", None),
    ],
)  # fmt: skip
def test_a_name_may_begin_with_a_day(stem: str, day: date | None) -> None:
    assert day_in_name(stem) == day


def test_only_a_whole_name_is_a_journal() -> None:
    assert "Mar 9th, 2024" in journal_names("2024_03_09")
    assert "Saturday, 2024/03/09" in journal_names("2024-03-09")
    assert journal_names("2024_03_09 Meeting") == ()


@pytest.mark.parametrize("written", ["2024-3-9", "'9.3.2024'", "'[[2024-03-09]]'", "March 9, 2024"])
def test_a_notes_own_day_is_read_from_its_properties(written: str) -> None:
    assert parse_note("a.md", f"---\ncreated: {written}\n---\n").created == datetime(2024, 3, 9)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Friday, March 1st, 2024", date(2024, 3, 1)),
        ("Fri, 1 Mar 2024", date(2024, 3, 1)),
        ("2024-03-01 Fri", date(2024, 3, 1)),
        ("Freitag, 1. März 2024", date(2024, 3, 1)),
        ("1 mars 2024", date(2024, 3, 1)),
        ("1 de marzo de 2024", date(2024, 3, 1)),
        ("1 марта 2024", date(2024, 3, 1)),
        ("sobota, 9 marca 2024", date(2024, 3, 9)),
        ("9 Mart 2024 Cumartesi", date(2024, 3, 9)),
        ("Sa, 9. März 2024", date(2024, 3, 9)),
        ("9 fév 2024", date(2024, 2, 9)),
        ("2024年3月1日", date(2024, 3, 1)),
        ("2024년 3월 1일", date(2024, 3, 1)),
        ("01-Mar-2024", date(2024, 3, 1)),
        ("25/03/2024", date(2024, 3, 25)),
        ("03/25/2024", date(2024, 3, 25)),
        ("03/04/2024", None),
        ("30 February 2024", None),
        ("Mar 2024", None),
        ("3 Foo 2024", None),
    ],
)
def test_days_in_other_languages_and_with_weekdays(text: str, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-01T12:00:00Z", datetime(2024, 3, 1, 12, tzinfo=UTC)),
        ("2024/03/01 08:05", datetime(2024, 3, 1, 8, 5)),
        ("01.03.2024, 08:05:09", datetime(2024, 3, 1, 8, 5, 9)),
        ("March 1, 2024 at 1:05 PM", datetime(2024, 3, 1, 13, 5)),
        ("<2024-03-01 Fri 12:00>", datetime(2024, 3, 1, 12)),
        ("202403011205", datetime(2024, 3, 1, 12, 5)),
        ("20240301120509", datetime(2024, 3, 1, 12, 5, 9)),
        ("20240301", datetime(2024, 3, 1)),
        ("Fri, 01 Mar 2024 12:00:00 GMT", datetime(2024, 3, 1, 12, tzinfo=UTC)),
        ("2024-03-01 25:00", None),
        ("202413011205", None),
    ],
)
def test_times_as_programs_write_them(text: str, moment: datetime | None) -> None:
    assert read_moment(text) == moment
    if moment:
        note = parse_note("a.md", f"---\ncreated: {text}\n---\n")
        assert note.created == moment
