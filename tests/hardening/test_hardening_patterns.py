"""No regular expression takes longer than its text is long: each is run on texts that repeat what it repeats, doubled twice."""

from __future__ import annotations

import re

import pytest

from tests.hardening.patterns import Found, patterns, worse_than_linear

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def test_every_pattern_is_linear() -> None:
    every = patterns()
    assert len(every) > 300, "they are found"
    slow = {
        f"{found.place} {found.pattern.pattern}": told
        for found in every
        if (told := worse_than_linear(found))
    }
    assert not slow


@pytest.mark.parametrize(
    "pattern",
    [r"\s+$", r"(a+)+b", r"\[\[.*?\]\]", r"(?:\w+\s?)*:", r"<[^>]*>\s*x", r"a.*b.*c", r"(\w|\d)+-"],
)
def test_one_that_is_not_is_found(pattern: str) -> None:
    assert worse_than_linear(Found("here", re.compile(pattern), frozenset(["search"])))


@pytest.mark.parametrize(
    "pattern",
    [r"(?<!\s)\s++$", r"[^\W\d_]+", r"\d{1,4}-\d\d", r"\[\[[^\[\]\n]{1,200}\]\]", r"\*[^*\n]+\*(?!\w)x"],
)
def test_one_that_is_linear_is_not(pattern: str) -> None:
    assert not worse_than_linear(Found("here", re.compile(pattern), frozenset(["search"])))
