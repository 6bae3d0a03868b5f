"""The form that answers and hits have for machines, once for all of them: --json, the MCP server, whoever comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.answering.answer import Answer
    from kb.retrieval.hit import SearchHit


def answer_json(answer: Answer) -> dict[str, Any]:
    """The documented form of an answer for machines."""
    from kb.answering.answer import abstention
    from kb.notes.places import page_of

    return {
        "question": answer.question,
        "understood": answer.understood or answer.question,
        "answer": answer.text,
        "outcome": answer.outcome,
        "short": answer.short,
        "abstained": answer.abstained,
        "reason": abstention(answer) if answer.abstained else "",
        "confidence": round(answer.confidence, 3),
        "missing": list(answer.missing),
        "disagreement": answer.disagreement,
        "sentences": [
            {
                "text": item.text,
                "supported": item.supported,
                "citations": list(item.citations),
                "verdict": item.verdict,
            }
            for item in answer.sentences
        ],
        "sources": [
            {
                "number": quote.number,
                "path": quote.path,
                "line": quote.line,
                "page": page_of(quote.place),
                "quote": quote.quote,
                "cited": quote in answer.cited,
            }
            for quote in answer.sources
        ],
        "blocks": [
            {
                "number": quote.number,
                "path": quote.path,
                "line": quote.line,
                "page": page_of(quote.place),
                "headings": list(quote.heading_path),
                "text": quote.quote,
                "short": quote.short,
            }
            for quote in answer.cited
        ],
        "model": answer.model,
        "seconds": round(answer.seconds, 3),
    }


def hit_json(hit: SearchHit) -> dict[str, Any]:
    """The documented form of a hit for machines."""
    from kb.notes.places import page_of

    passage = hit.passage
    return {
        "path": passage.note_path,
        "line": passage.line,
        "page": page_of(passage.place),
        "title": passage.title,
        "score": round(hit.score, 4),
        "lexical": round(hit.lexical, 4),
        "dense": round(hit.dense, 4),
        "text": passage.text,
        "also_in": list(hit.also_in),
        "retrievers": {"lexical": hit.retrievers.lexical, "dense": hit.retrievers.dense},
    }
