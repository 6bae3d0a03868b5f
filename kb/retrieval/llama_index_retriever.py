"""kb's search for llama-index; import this module only where llama-index is wanted, it is slow to load."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from kb.retrieval.hit import SearchHit

Search = Callable[[str, int], Sequence[SearchHit]]


class KnowledgeBaseRetriever(BaseRetriever):
    """Passages as llama-index nodes, with scores in [0, 1]; operators in the query have power."""

    def __init__(self, search: Search, limit: int = 10) -> None:
        super().__init__()
        self._search = search
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(hit) for hit in self._search(query_bundle.query_str, self._limit)]


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
            "title": passage.title,
            "headings": " > ".join(passage.heading_path),
            "lexical": hit.lexical,
            "dense": hit.dense,
        },
        excluded_llm_metadata_keys=["lexical", "dense"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.note_path)},
    )
    return NodeWithScore(node=node, score=hit.score)
