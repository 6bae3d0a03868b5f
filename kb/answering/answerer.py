"""Runs the agent and hands on what it tells, for callers that know nothing of asyncio."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kb.answering.answer import Answer
from kb.answering.events import AnswerEvent, Finished
from kb.answering.evidence.quotes import numbered
from kb.answering.words import words_of
from kb.errors import QuestionEmpty
from kb.models.language_model import Cancellation

if TYPE_CHECKING:
    from kb.answering.tools import Asked, Tools
    from kb.answering.verifier.verifier import Verifier
    from kb.indexing.catalog import Catalog
    from kb.indexing.embedder import Embedder
    from kb.models.language_model import LanguageModel
    from kb.reading.reader import Reader
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.retriever import Retriever
    from kb.settings import Settings

Result = TypeVar("Result")
_LONG_SECONDS, _SERVES = 0.1, 20  # after a look that took so long, that many times as long none is taken


class BaseModels(Protocol):
    """The models of a knowledge base."""

    @property
    def language(self) -> LanguageModel: ...
    @property
    def embedder(self) -> Embedder: ...
    @property
    def reader(self) -> Reader: ...


class BaseUpkeep(Protocol):
    """What a knowledge base says of its index."""

    def notes_behind(self) -> int: ...


class Base(Protocol):
    """What a knowledge base has for an answer."""

    settings: Settings
    notice: Callable[[str], None]

    @property
    def retriever(self) -> Retriever: ...
    @property
    def catalog(self) -> Catalog: ...
    @property
    def models(self) -> BaseModels: ...
    @property
    def upkeep(self) -> BaseUpkeep: ...


class NotesBehind:
    """How many notes differ from what is indexed; where to look takes long, as among 50,000 notes, the count serves a while."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._look = count
        self._count, self._until = 0, 0.0

    def __call__(self) -> int:
        begun = time.monotonic()
        if begun >= self._until:
            self._count = self._look()
            now = time.monotonic()
            self._until = now + _SERVES * (now - begun) if now - begun > _LONG_SECONDS else 0.0
        return self._count


class Answerer:
    """Answers questions from the notes."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._behind = NotesBehind(lambda: base.upkeep.notes_behind())

    def ask(self, asked: Asked) -> Iterator[AnswerEvent]:
        """Tell, step by step, how a question is answered; the last event holds the Answer.

        Raises QuestionEmpty when it has no words, and what opening the index or the model raises.
        """
        if not words_of(asked.text):
            raise QuestionEmpty('The question is empty. Ask something, as in: kb ask "What is a token?"')
        stopped = Cancellation()
        forget = asked.cancellation.subscribe(stopped.cancel) if asked.cancellation else lambda: None

        def stop() -> None:
            forget()
            stopped.cancel()

        return _each(_answer(self._tools, replace(asked, cancellation=stopped)), stop)

    def confidence(self, text: str, hits: Sequence[SearchHit], today: date | None = None) -> float:
        """How sure kb is, 0 to 1, that `hits` answer a question, just as when it is asked."""
        from kb.answering.assessment import Assessment
        from kb.answering.parts import PartsReader

        tools = replace(self._tools, today=today) if today else self._tools
        reading, assessment = PartsReader(tools), Assessment(tools)
        part = reading.part(text, text)
        reading.mend(part)
        part.hits = part.new = list(hits)
        assessment.assess(part, (), "")
        if tools.verifier:
            quotes = numbered(assessment.chosen(part, tools.settings.quotes))
            if assessment.asks_verifier(part, quotes):
                assessment.ask_verifier(part, quotes, None)
            assessment.weigh_verifier(part)
        return part.confidence

    def close(self) -> None:
        """Give memory back."""
        if verifier := self.__dict__.pop("_verifier", None):
            verifier.close()

    @property
    def _tools(self) -> Tools:
        from kb.answering.tools import IndexLag, Tools

        base = self._base
        return Tools(
            retriever=base.retriever,
            catalog=base.catalog,
            encoder=base.models.embedder,
            model=base.models.language,
            verifier=self._verifier,
            reader=self._reader,
            settings=base.settings.answers,
            generation=base.settings.models,
            prose=self._may_phrase,
            today=base.settings.today or date.today(),
            index_lag=lambda: IndexLag(base.catalog.statistics().pending, self._behind()),
            notice=base.notice,
        )

    @property
    def _may_phrase(self) -> bool:
        """Whether the language model may phrase what the reader found: the bundled one is too small to gain by it."""
        match self._base.settings.answers.prose:
            case "auto":
                models = self._base.settings.models
                return bool(models.path or models.url or models.plugin)
            case choice:
                return choice == "always"

    @cached_property
    def _reader(self) -> Reader | None:
        """The trained reader; None, said once, where it is missing or damaged."""
        reader = self._base.models.reader
        if problem := reader.problem():
            self._base.notice(problem)
            return None
        return reader

    @cached_property
    def _verifier(self) -> Verifier | None:
        from kb.answering.verifier.verifier import open_verifier

        return open_verifier(self._base.settings, lambda: self._base.models.language, self._base.notice)


async def _answer(tools: Tools, asked: Asked) -> AsyncGenerator[AnswerEvent]:
    from kb.answering.agent import AnswerAgent, Progress

    handler = AnswerAgent(tools, asked).run()
    async for event in handler.stream_events():
        if isinstance(event, Progress):
            yield event.what
    answer: Answer = await handler
    yield Finished(answer)


def _each(events: AsyncGenerator[AnswerEvent], stop: Callable[[], None]) -> Generator[AnswerEvent]:
    """The same events, one after another, from a loop in a thread of its own.

    There Ctrl-C cannot tear a step apart, and it does not matter whether this thread has a running loop already.
    """
    loop = asyncio.new_event_loop()
    with ThreadPoolExecutor(1, "answer") as thread:

        def run(awaited: Coroutine[Any, Any, Result]) -> Result:
            return thread.submit(loop.run_until_complete, awaited).result()

        try:
            while (event := run(_next(events))) is not None:
                yield event
        finally:
            stop()
            run(_close(events))
            loop.close()


async def _next(events: AsyncGenerator[AnswerEvent]) -> AnswerEvent | None:
    return await anext(events, None)


async def _close(events: AsyncGenerator[AnswerEvent]) -> None:
    """End what still runs, as after Ctrl-C or when the listener has left."""
    await events.aclose()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


logging.getLogger("workflows").setLevel(logging.CRITICAL)  # what a step raises is raised here, and told once
