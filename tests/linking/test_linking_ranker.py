"""The ranker leans on the default weights while a vault has few links, and on the vault once it has many."""

from __future__ import annotations

import random

import pytest

from kb.linking.ranking.features import CONSTANT, NAMES
from kb.linking.ranking.ranker import Ranker, fit
from kb.linking.ranking.weights import DEFAULT


def rows(count: int, seed: int = 1) -> tuple[list[list[float]], list[bool]]:
    """The first feature decides, against the prior of the tests below."""
    rng = random.Random(seed)
    found = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(count)]
    return found, [row[0] + rng.gauss(0, 0.3) > 0 for row in found]


PRIOR = Ranker([-2.0, 0.0, 0.0])


def test_every_feature_has_a_weight() -> None:
    assert list(DEFAULT) == [*NAMES, CONSTANT]


def test_no_links_leave_the_defaults() -> None:
    assert list(fit([], [], PRIOR).weights) == [-2.0, 0.0, 0.0]


def test_the_more_links_the_less_the_defaults_count() -> None:
    first = [fit(*rows(count), PRIOR).weights[0] for count in (0, 3, 30, 3000)]
    assert first == sorted(first)
    assert first[0] == -2.0
    assert first[1] < 0.5
    assert first[-1] > 3


def test_probabilities_mean_what_they_say() -> None:
    rng = random.Random(3)
    x = [[rng.gauss(0, 1)] for _ in range(20_000)]
    y = [rng.random() < 1 / (1 + 2.718281828 ** -(2 * row[0] - 1)) for row in x]
    odds = fit(x, y, Ranker([0.0, 0.0])).odds(x)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = [label for label, value in zip(y, odds, strict=True) if low <= value < low + 0.2]
        mean = [value for value in odds if low <= value < low + 0.2]
        assert sum(inside) / len(inside) == pytest.approx(sum(mean) / len(mean), abs=0.03)


@pytest.mark.parametrize("labels", [[True] * 4, [False] * 4])
def test_one_kind_of_label_is_no_trouble(labels: list[bool]) -> None:
    odds = fit([[1.0], [2.0], [3.0], [4.0]], labels, Ranker([0.0, 0.0])).odds([[2.0]])
    assert 0 < odds[0] < 1
