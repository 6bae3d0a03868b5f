"""Days as people write them, in names and in properties."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from kb.notes.journal import day_in_name, journal_names, read_day
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
