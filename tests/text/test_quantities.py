"""Numbers in digits and words, with units that can be converted."""

from __future__ import annotations

import pytest

from kb.text.quantities import quantities_in, same_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("three hundred and five", 305),
        ("twenty-one", 21),
        ("two thousand and eight", 2008),
        ("seven billion", 7e9),
        ("7 billion", 7e9),
        ("nineteen eighty-four", 1984),
        ("a hundred", 100),
        ("two and a half", 2.5),
        ("three quarters", 0.75),
        ("a third", 1 / 3),
        ("fünfundzwanzig", 25),
        ("zweieinhalb", 2.5),
        ("achtzehnhundertfünfundachtzig", 1885),
        ("quatre-vingt-dix-sept", 97),
        ("soixante et onze", 71),
        ("deux cents", 200),
        ("treinta y cinco", 35),
        ("doscientos", 200),
        ("三百六十五", 365),
        ("百分之五十", 50),
        ("½", 0.5),
        ("1,190", 1190),
        ("1.234.567,5", 1234567.5),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: float) -> None:
    (found,) = quantities_in(text)
    assert found.values[0] == pytest.approx(value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("90 minutes", "anderthalb Stunden", True),
        ("an hour", "60 min", True),
        ("half", "50 %", True),
        ("1 kg", "1000 g", True),
        ("5 miles", "8.05 km", True),
        ("20 °C", "68 °F", True),
        ("20 °C", "20 °F", False),
        ("3 MB", "3 m", False),
        ("$5", "5 dollars", True),
        ("$5", "5 €", False),
        ("12", "12 %", True),
    ],
)
def test_quantities_are_compared_across_units(one: str, other: str, same: bool) -> None:
    (first,), (second,) = quantities_in(one), quantities_in(other)
    assert same_quantity(first, second) is same


def test_words_that_may_be_articles_count_before_a_unit_only() -> None:
    assert quantities_in("one of them") == []
    assert quantities_in("a note on a desk") == []
    assert len(quantities_in("within a day")) == 1
