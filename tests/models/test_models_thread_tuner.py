"""The number of threads that write follows what the machine has to give."""

from __future__ import annotations

from collections.abc import Callable

from kb.models.thread_tuner import ThreadTuner


def write(tuner: ThreadTuner, tokens: int, seconds: Callable[[int], float]) -> list[int]:
    """The threads used for each token, when a token takes `seconds(threads)`."""
    used = []
    for _ in range(tokens):
        used.append(tuner.threads)
        tuner.took(seconds(tuner.threads))
    return used


def idle(threads: int) -> float:
    return 0.016 / threads


def busy(threads: int) -> float:
    return 0.5 if threads == 4 else 0.02


def test_an_idle_machine_writes_with_all_threads() -> None:
    used = write(ThreadTuner(4), 1000, idle)
    assert used[0] == 4
    assert used.count(4) > 960


def test_a_busy_machine_writes_with_fewer() -> None:
    assert write(ThreadTuner(4), 1000, busy).count(2) > 960


def test_the_change_from_idle_to_busy_and_back_is_noticed_soon() -> None:
    tuner = ThreadTuner(4)
    write(tuner, 40, idle)
    assert write(tuner, 40, busy).count(4) < 8
    assert write(tuner, 200, idle)[-80:].count(4) > 70


def test_one_slow_token_changes_nothing() -> None:
    tuner = ThreadTuner(4)
    write(tuner, 10, idle)
    tuner.took(1.0)
    assert set(write(tuner, 20, idle)) == {4}


def test_one_thread_stays_one() -> None:
    assert set(write(ThreadTuner(1), 200, lambda _: 0.01)) == {1}
