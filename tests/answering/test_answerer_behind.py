from __future__ import annotations

import time

from kb.answering.answerer import NotesBehind


def test_a_quick_look_is_taken_each_time() -> None:
    counts = iter([1, 2, 3])
    behind = NotesBehind(lambda: next(counts))
    assert [behind(), behind(), behind()] == [1, 2, 3]


def test_what_a_long_look_told_serves_a_while() -> None:
    looks = []

    def look() -> int:
        looks.append(time.monotonic())
        time.sleep(0.15)
        return len(looks)

    behind = NotesBehind(look)
    assert [behind(), behind()] == [1, 1]
    until = time.monotonic() + 30
    while len(looks) == 1 and time.monotonic() < until:
        time.sleep(0.1)
        behind()
    assert len(looks) == 2
    assert looks[1] - looks[0] > 10 * 0.15
