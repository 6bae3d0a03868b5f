"""Every question of a set beside its answer, as one page of HTML, for reading."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from kb.answering.answer import Answer, abstention, cite
from kb.evaluation.answers import Judged
from kb.safe_text import safe_text

_STYLE = (
    "body{font:15px/1.5 system-ui;max-width:60em;margin:2em auto;padding:0 1em}"
    "article{border-left:4px solid #999;padding:.2em 1em;margin:1em 0}"
    "article.right{border-color:#2a7}article.wrong{border-color:#c33}article.unsure{border-color:#d90}"
    "pre{white-space:pre-wrap;font:inherit;margin:.3em 0}small{color:#666}"
)


def page_of(judged: Sequence[Judged]) -> str:
    """The page."""
    right = sum(_verdict(item) == "right" for item in judged)
    head = f"<h1>{right} of {len(judged)} right</h1>"
    return (
        f'<!doctype html><meta charset="utf-8"><title>Answers</title><style>{_STYLE}</style>{head}'
        + "".join(map(_article, judged))
    )


def _article(item: Judged) -> str:
    gold, answer = item.gold, item.answer
    wanted = "nothing: the notes do not say" if gold.unanswerable else _wanted(item)
    history = "".join(f"<small>before: {_safe(question)}</small><br>" for question in gold.history)
    sources = "".join(
        f"<li><small>{_safe(quote.where)}</small><pre>{_safe(quote.quote)}</pre></li>"
        for quote in answer.sources
    )
    return (
        f'<article class="{_verdict(item)}">{history}<b>{_safe(gold.question)}</b> <small>{_safe(gold.id)} '
        f"{_safe(gold.kind)}, {answer.outcome}, {answer.confidence:.2f}; wanted: {_safe(wanted)}</small>"
        f"<pre>{_safe(_said(answer))}</pre><ol>{sources}</ol></article>"
    )


def _verdict(item: Judged) -> str:
    if item.gold.unanswerable:
        return "right" if item.answer.abstained else "wrong"
    if item.prose_right:
        return "right"
    return "unsure" if item.answer.abstained else "wrong"


def _said(answer: Answer) -> str:
    if answer.abstained:
        return abstention(answer)
    return "\n".join(cite(sentence) for sentence in answer.sentences if sentence.supported)


def _wanted(item: Judged) -> str:
    groups = [" / ".join(group) for group in item.gold.groups]
    return "; ".join([" / ".join(item.gold.answers), *groups]).strip("; ")


def _safe(text: str) -> str:
    return escape(safe_text(text))
