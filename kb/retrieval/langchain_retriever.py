"""kb's search for LangChain, which is no dependency of kb; import this module only where LangChain is installed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import PrivateAttr

from kb.notes.places import page_of
from kb.retrieval.hit import SearchHit

Search = Callable[[str, int], Sequence[SearchHit]]
AsyncSearch = Callable[[str, int], Awaitable[Sequence[SearchHit]]]


class KnowledgeBaseRetriever(BaseRetriever):
    """Passages as LangChain documents, best first; operators in the query have power."""

    _search: Search = PrivateAttr()
    _asearch: AsyncSearch = PrivateAttr()
    _limit: int = PrivateAttr()

    def __init__(self, search: Search, asearch: AsyncSearch, limit: int = 10) -> None:
        super().__init__()
        self._search, self._asearch, self._limit = search, asearch, limit

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain passes it
    ) -> list[Document]:
        return [_document(hit) for hit in self._search(query, self._limit)]

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain passes it
    ) -> list[Document]:
        return [_document(hit) for hit in await self._asearch(query, self._limit)]


def _document(hit: SearchHit) -> Document:
    passage = hit.passage
    return Document(
        id=f"{passage.note_path}#{passage.ordinal}",
        page_content=passage.text,
        metadata={
            "source": passage.note_path,
            "line": passage.line,
            "page": page_of(passage.place),
            "title": passage.title,
            "headings": " > ".join(passage.heading_path),
            "score": hit.score,
        },
    )
