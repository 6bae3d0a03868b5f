"""kb's checked answers for llama-index; import this module only where llama-index is wanted, it is slow to load."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from kb.answering.answer import Answer, Quote, abstention
from kb.notes.places import page_of


class KnowledgeBaseQueryEngine(BaseQueryEngine):
    """Answers as llama-index responses: the text with its citations, the sources as nodes, the rest as metadata."""

    def __init__(self, answer: Callable[[str], Answer], aanswer: Callable[[str], Awaitable[Answer]]) -> None:
        super().__init__(callback_manager=None)
        self._answer, self._aanswer = answer, aanswer

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return _response(self._answer(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return _response(await self._aanswer(query_bundle.query_str))

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}  # kb's prompts are its own


def _response(answer: Answer) -> Response:
    return Response(
        response=abstention(answer) if answer.abstained else answer.text,
        source_nodes=[_node(quote) for quote in answer.sources],
        metadata={
            "outcome": answer.outcome,
            "short": answer.short,
            "confidence": answer.confidence,
            "missing": list(answer.missing),
            "disagreement": answer.disagreement,
        },
    )


def _node(quote: Quote) -> NodeWithScore:
    node = TextNode(
        id_=f"{quote.path}:{quote.span.start}",
        text=quote.quote,
        start_char_idx=quote.span.start,
        end_char_idx=quote.span.end,
        metadata={
            "number": quote.number,
            "path": quote.path,
            "line": quote.line,
            "page": page_of(quote.place),
            "title": quote.title,
            "headings": " > ".join(quote.heading_path),
        },
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=quote.path)},
    )
    return NodeWithScore(node=node, score=quote.relevance)
