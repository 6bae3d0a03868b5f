"""A thousand answers in one process, most of them broken off: no crash, no leak, and nothing that lingers."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest

from kb.models.language_model import Cancellation, Message, Options
from kb.models.local import LocalModel

GENERATIONS = 1_000
ROUND = 100  # generations between two looks at memory and sameness
LEAK = 50 << 20  # bytes


def resident() -> int:
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return int(line.split()[1]) * 1024


@pytest.mark.soak
@pytest.mark.timeout(3000)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_thousand_answers_with_cancels_at_random_points(smollm: LocalModel) -> None:
    chance = random.Random(11)
    question = [Message("system", "You answer briefly."), Message("user", "Why is the sky blue?")]
    fixed = [
        Options(max_tokens=24, temperature=0.8, seed=5),
        Options(max_tokens=24),
        Options(max_tokens=12, grammar='root ::= [A-Z] [a-z ]* "."'),
    ]
    expected = [smollm.complete(question, options) for options in fixed]
    after_first_round = 0
    slowest = 0.0
    for number in range(1, GENERATIONS + 1):
        words = " ".join(
            chance.choice(("tea", "rock", "moon", "why", "月")) for _ in range(chance.randint(1, 300))
        )
        options = Options(
            max_tokens=chance.randint(1, 40),
            temperature=chance.choice((0.0, 0.9)),
            seed=number,
            grammar=chance.choice((None, None, None, "root ::= [a-z ]+")),
            stop=chance.choice(((), ("the", "."))),
        )
        messages = [question[0], Message("user", words)]
        way = chance.choice(("whole", "close", "cancel", "cancel", "unread"))
        cancellation = Cancellation()
        stream = smollm.stream(messages, options, cancellation)
        if way == "whole":
            "".join(stream)
        elif way == "close":
            for _ in range(chance.randint(1, 5)):
                next(stream, "")
            stream.close()
        elif way == "cancel":
            delay = chance.random() * 0.3
            threading.Timer(delay, cancellation.cancel).start()
            "".join(stream)
        if way in ("close", "cancel"):
            started = time.perf_counter()
            smollm.count_tokens("waits for the worker")
            slowest = max(slowest, time.perf_counter() - started)
        if number % ROUND == 0:
            assert [smollm.complete(question, options) for options in fixed] == expected
            after_first_round = after_first_round or resident()
    grown = resident() - after_first_round
    print(f"grown by {grown / 2**20:.1f} MiB, slowest stop {slowest * 1000:.0f} ms")
    assert grown < LEAK
    assert slowest < 0.3
    assert smollm.complete(question, fixed[0]) == expected[0]
