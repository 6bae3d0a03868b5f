"""Text and the code in it, told apart as far as a change of marks needs it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TICKS = re.compile(r"`+")
_FENCE = 3  # backticks around code of several lines


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """`text` with what `change` makes of each stretch that is no code."""
    parts: list[str] = []
    position = 0
    for start, end in _code(text):
        parts += change(text[position:start]), text[start:end]
        position = end
    return "".join((*parts, change(text[position:])))


def _code(text: str) -> Iterator[tuple[int, int]]:
    """Where code stands: between two runs of as many backticks, on one line unless they are a fence."""
    runs = [match.span() for match in _TICKS.finditer(text)]
    sizes = [min(end - start, _FENCE) for start, end in runs]
    following: dict[int, int] = {}  # the next run of each size
    closing = [-1] * len(runs)
    for number in range(len(runs) - 1, -1, -1):
        closing[number] = following.get(sizes[number], -1)
        following[sizes[number]] = number
    number = 0
    while number < len(runs):
        close = closing[number]
        start, end = runs[number][0], runs[close][1]
        if close < 0 or (sizes[number] < _FENCE and text.find("\n", start, end) >= 0):
            number += 1
            continue
        yield start, end
        number = close + 1
