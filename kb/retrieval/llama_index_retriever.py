"""kb's search for llama-index; import this module only where llama-index is wanted, it is slow to load."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from kb.notes.places import page_of
from kb.retrieval.hit import SearchHit

Search = Callable[[str, int], Sequence[SearchHit]]
AsyncSearch = Callable[[str, int], Awaitable[Sequence[SearchHit]]]


class KnowledgeBaseRetriever(BaseRetriever):
    """Passages as llama-index nodes, with scores in [0, 1]; operators in the query have power."""

    def __init__(self, search: Search, limit: int = 10, asearch: AsyncSearch | None = None) -> None:
        super().__init__()
        self._search, self._asearch = search, asearch
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(hit) for hit in self._search(query_bundle.query_str, self._limit)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if self._asearch is None:
            return self._retrieve(query_bundle)
        return [_node(hit) for hit in await self._asearch(query_bundle.query_str, self._limit)]


def _node(hit: SearchHit) -> NodeWithScore:
    passage = hit.passage
    node = TextNode(
        # Passage keys are addresses of content: two notes may share one.
        id_=f"{passage.note_path}#{passage.ordinal}",
        text=passage.text,
        start_char_idx=passage.span.start,
        end_char_idx=passage.span.end,
        metadata={
            "path": passage.note_path,
            "line": passage.line,
            "page": page_of(passage.place),
            "title": passage.title,
            "headings": " > ".join(passage.heading_path),
            "lexical": hit.lexical,
            "dense": hit.dense,
        },
        excluded_llm_metadata_keys=["lexical", "dense"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.note_path)},
    )
    return NodeWithScore(node=node, score=hit.score)
