"""kb's models through llama-index."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable

import pytest

from kb.models.language_model import Options
from kb.models.local import LocalModel

with warnings.catch_warnings():
    # Not ours to repair: deprecations inside llama-index and what it imports.
    warnings.simplefilter("ignore")
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    from kb.models.llama_index_llm import KnowledgeBaseLLM

Scripted = Callable[[str], LocalModel]
TEXT = "Rock is hard and old."
ASKED = [ChatMessage(role=MessageRole.USER, content="What is rock?")]


def test_the_metadata_is_the_models_own(smollm: LocalModel) -> None:
    metadata = KnowledgeBaseLLM(smollm, Options(max_tokens=99)).metadata
    assert metadata.model_name == "SmolLM2-135M-Instruct.Q4_1"
    assert metadata.context_window == 4096
    assert metadata.num_output == 99
    assert metadata.is_chat_model
    assert not metadata.is_function_calling_model


def test_chat_and_completion_give_the_whole_text(scripted: Scripted) -> None:
    llm = KnowledgeBaseLLM(scripted(TEXT))
    assert llm.chat(ASKED).message.content == TEXT
    assert llm.complete("What is rock?").text == TEXT


def test_streams_grow_by_their_deltas(scripted: Scripted) -> None:
    llm = KnowledgeBaseLLM(scripted(TEXT))
    for stream in (llm.stream_complete("What is rock?"), llm.stream_chat(ASKED)):
        parts = list(stream)
        assert "".join(part.delta or "" for part in parts) == TEXT
        assert str(parts[-1]).removeprefix("assistant: ") == TEXT
        assert len(parts) > 3


def test_options_given_with_a_call_count(smollm: LocalModel, scripted: Scripted) -> None:
    llm = KnowledgeBaseLLM(scripted(TEXT), Options(max_tokens=3))
    assert llm.chat(ASKED).message.content == "Rock is hard"
    assert llm.chat(ASKED, max_tokens=1).message.content == "Rock"
    assert llm.complete("?", max_tokens=9, stop="and").text == "Rock is hard "
    assert KnowledgeBaseLLM(smollm).complete("?", grammar='root ::= "granite"').text == "granite"


def test_an_unknown_option_is_refused_rather_than_dropped(scripted: Scripted) -> None:
    with pytest.raises(TypeError, match="'top_k' is not an option"):
        KnowledgeBaseLLM(scripted(TEXT)).complete("?", top_k=3)


def test_the_event_loop_goes_on_while_an_answer_is_written(smollm: LocalModel) -> None:
    llm = KnowledgeBaseLLM(smollm, Options(max_tokens=40))

    async def both() -> tuple[str, int]:
        ticks = 0
        answer = asyncio.ensure_future(llm.acomplete("Tell me about rocks."))
        while not answer.done():
            await asyncio.sleep(0.005)
            ticks += 1
        return (await answer).text, ticks

    text, ticks = asyncio.run(both())
    assert text
    assert ticks > 5


def test_leaving_an_asynchronous_stream_stops_the_work(smollm: LocalModel) -> None:
    llm = KnowledgeBaseLLM(smollm, Options(max_tokens=2000))

    async def first_piece() -> str:
        stream = await llm.astream_chat(ASKED)
        async for part in stream:
            await stream.aclose()
            return part.delta or ""
        return ""

    assert asyncio.run(first_piece())
    smollm.count_tokens("waits for the worker")
    assert smollm.counters().finish in ("cancelled", "stop")
    assert threading.active_count() < 20
