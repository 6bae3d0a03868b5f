"""What the engine saves and how fast it stops, by llama.cpp's own counters and the clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kb.models.bundled import bundled_model
from kb.models.chat_format import CHATML, write_prompt
from kb.models.engine import Engine
from kb.models.language_model import Message, Options
from kb.models.llama_library import llama
from kb.models.stop_flag import StopFlag

SHORT = Options(max_tokens=12)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine(bundled_model(), context=4096)
    yield made
    made.close()


def prompt(engine: Engine, *turns: str) -> list[int]:
    roles = ("user", "assistant")
    messages = [Message(roles[number % 2], text) for number, text in enumerate(turns)]  # type: ignore[arg-type]
    return write_prompt(messages, CHATML, engine.model.tokenise, engine.model.control)


def write(engine: Engine, tokens: list[int]) -> tuple[str, int]:
    """The answer, and how many prompt tokens llama.cpp says it read."""
    llama.llama_perf_context_reset(engine._context)
    text = b"".join(engine.generate(tokens, SHORT, None, StopFlag())).decode()
    return text, llama.llama_perf_context(engine._context).n_p_eval


def test_a_second_turns_prefill_is_its_new_tokens(engine: Engine) -> None:
    opening = "Tell me about granite and how it forms. " * 12
    first = prompt(engine, opening)
    answer, read = write(engine, first)
    assert read == len(first)
    second = prompt(engine, opening, answer, "And basalt?")
    _, read = write(engine, second)
    # New are the question and what stands around it, and the reply's last token, which was said but not read.
    assert read <= len(prompt(engine, "And basalt?")) + 3
    assert engine.usage.evaluated_tokens == read
    assert engine.usage.reused_tokens == len(second) - read


def test_a_repeated_prompt_is_hardly_read_and_answered_the_same(engine: Engine) -> None:
    tokens = prompt(engine, "Why is granite hard? " * 20)
    answer, read = write(engine, tokens)
    assert read >= len(tokens) - 5
    again, read = write(engine, tokens)
    assert (again, read) == (answer, 2)


@pytest.mark.slow
def test_a_broken_off_prompt_leaves_nothing_wrong_behind(engine: Engine) -> None:
    tokens = prompt(engine, "Why is basalt dark? " * 100)
    expected, _ = write(engine, tokens)
    write(engine, prompt(engine, "Something else."))
    for delay in (0.02, 0.1, 0.3):
        flag = StopFlag()
        threading.Timer(delay, flag.set).start()
        list(engine.generate(tokens, SHORT, None, flag))
        assert engine.usage.finish == "cancelled"
    assert write(engine, tokens)[0] == expected


@pytest.mark.parametrize("delay", [0.05, 0.4, 0.9])
def test_stopping_ends_the_reading_of_a_prompt(engine: Engine, delay: float) -> None:
    tokens = [(number * 37 + int(delay * 100)) % 40_000 + 100 for number in range(3_000)]
    flag = StopFlag()
    threading.Timer(delay, flag.set).start()
    assert list(engine.generate(tokens, SHORT, None, flag)) == []
    assert engine.usage.finish == "cancelled"
    assert engine.usage.evaluated_tokens < len(tokens) / 2


@pytest.mark.parametrize("kv_cache", ["q8_0", "q4_0"])
def test_a_quantised_context_still_writes_and_reuses_its_prefix(kv_cache: str) -> None:
    small = Engine(bundled_model(), context=1024, kv_cache=kv_cache)
    try:
        first = prompt(small, "What is the capital of France?")
        said, read = write(small, first)
        # With four bits the small model knows less; builds of llama.cpp differ in how much.
        assert "Paris" in said if kv_cache == "q8_0" else len(said.split()) > 3
        again, less = write(small, first)
        assert (again, less < read) == (said, True)
        report = small.report("chatml")
        assert (report.kv_cache, report.flash_attention) == (kv_cache, True)
    finally:
        small.close()
