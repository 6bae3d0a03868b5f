"""What a Python program finds handy: opening, whole answers, asynchronous calls, faces for llama-index and LangChain."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from kb.errors import ModelError, UsageError

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from kb.answering.answer import Answer, Style
    from kb.answering.conversation import Turn
    from kb.answering.events import AnswerEvent
    from kb.answering.llama_index_query_engine import KnowledgeBaseQueryEngine
    from kb.indexing.sync import Report, SyncReport
    from kb.knowledge_base.models import Models
    from kb.models.language_model import Cancellation
    from kb.models.llama_index_llm import KnowledgeBaseLLM
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.langchain_retriever import KnowledgeBaseRetriever as LangChainRetriever
    from kb.retrieval.llama_index_retriever import KnowledgeBaseRetriever

Result = TypeVar("Result")


class ForPrograms:
    """Part of KnowledgeBase, which brings search, ask, models and close."""

    if TYPE_CHECKING:

        def __init__(self, settings: Any) -> None: ...
        def search(self, query: str, limit: int = 10) -> list[SearchHit]: ...
        def ask(
            self,
            question: str,
            cancellation: Cancellation | None = None,
            *,
            style: Style | None = None,
            history: Sequence[Turn] = (),
        ) -> Iterator[AnswerEvent]: ...
        @property
        def models(self) -> Models: ...
        def close(self) -> None: ...
        def index(
            self, report: Report | None = None, *, accept_removals: bool = False, brief: bool = False
        ) -> SyncReport: ...

    @classmethod
    def open(cls, vault: str | Path | None = None, *, index: str | Path | None = None) -> Self:
        """The knowledge base over the notes in folder `vault`; without it the one that kb.toml, found upward, describes.

        The index lies where the `kb` command keeps it, unless `index` names another folder. Raises VaultMissing when
        no vault is named anywhere, NotTrusted, SettingsError. Plugins have no part in it.
        """
        from kb.settings import load_settings

        return cls(load_settings(vault=Path(vault) if vault else None, index=Path(index) if index else None))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._aside(lambda: None)  # what is being done is done first
        self.close()

    def answer(
        self, question: str, *, style: Style | None = None, cancellation: Cancellation | None = None
    ) -> Answer:
        """How `question` is answered, when all of it is checked; `ask` tells it as it is made."""
        from kb.answering.events import Finished

        for event in self.ask(question, cancellation, style=style):
            if isinstance(event, Finished):
                return event.answer
        raise ModelError("The answer was stopped before it was finished. Ask again.")

    async def aanswer(self, question: str, *, style: Style | None = None) -> Answer:
        """`answer` without holding up the event loop; it is stopped when nobody awaits it any more."""
        from kb.models.language_model import Cancellation

        cancellation = Cancellation()
        try:
            return await self._aside(lambda: self.answer(question, style=style, cancellation=cancellation))
        finally:
            cancellation.cancel()

    async def aask(
        self, question: str, *, style: Style | None = None, history: Sequence[Turn] = ()
    ) -> AsyncGenerator[AnswerEvent]:
        """`ask` without holding up the event loop; it is stopped when the generator is closed."""
        import asyncio

        from kb.models.language_model import Cancellation

        loop, cancellation = asyncio.get_running_loop(), Cancellation()
        events: asyncio.Queue[AnswerEvent | None] = asyncio.Queue()

        def tell_all() -> None:
            try:
                for event in self.ask(question, cancellation, style=style, history=history):
                    loop.call_soon_threadsafe(events.put_nowait, event)
            finally:
                loop.call_soon_threadsafe(events.put_nowait, None)

        done = asyncio.ensure_future(self._aside(tell_all))
        try:
            while (event := await events.get()) is not None:
                yield event
            await done
        finally:
            cancellation.cancel()
            await asyncio.wait([done])

    async def aindex(self, *, accept_removals: bool = False) -> SyncReport:
        """`index` without holding up the event loop; what is finished stays when nobody awaits it any more."""
        return await self._aside(lambda: self.index(accept_removals=accept_removals))

    async def asearch(self, query: str, limit: int = 10) -> list[SearchHit]:
        """`search` without holding up the event loop."""
        return await self._aside(lambda: self.search(query, limit))

    def as_llm(self) -> KnowledgeBaseLLM:
        """The language model for any llama-index program."""
        from kb.models.llama_index_llm import KnowledgeBaseLLM

        return KnowledgeBaseLLM(self.models.language)

    def as_retriever(self, limit: int = 10) -> KnowledgeBaseRetriever:
        """The search for any llama-index program."""
        from kb.retrieval.llama_index_retriever import KnowledgeBaseRetriever

        return KnowledgeBaseRetriever(self.search, limit, self.asearch)

    def as_langchain_retriever(self, limit: int = 10) -> LangChainRetriever:
        """The search for any LangChain program. Raises UsageError where LangChain is not installed."""
        try:
            from kb.retrieval.langchain_retriever import KnowledgeBaseRetriever as LangChainRetriever
        except ModuleNotFoundError as error:
            if error.name is None or not error.name.startswith("langchain_core"):
                raise
            raise UsageError(
                "LangChain is not installed here. Install it with: pip install langchain-core"
            ) from None
        return LangChainRetriever(self.search, self.asearch, limit)

    def as_query_engine(self, style: Style | None = None) -> KnowledgeBaseQueryEngine:
        """Checked answers for any llama-index program."""
        from kb.answering.llama_index_query_engine import KnowledgeBaseQueryEngine

        return KnowledgeBaseQueryEngine(
            lambda question: self.answer(question, style=style),
            lambda question: self.aanswer(question, style=style),
        )

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(1, thread_name_prefix="kb-async")

    async def _aside(self, work: Callable[[], Result]) -> Result:
        """`work` done on one thread: what a knowledge base holds is used by one call at a time."""
        import asyncio

        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _end_thread(self) -> None:
        thread = self.__dict__.pop("_thread", None)
        if thread is not None:
            thread.shutdown(wait=True)
