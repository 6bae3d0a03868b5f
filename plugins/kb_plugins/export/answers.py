"""Answers and conversations as pages, Markdown or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kb.plugin_api import Answer, Quote, safe_line
from kb.plugin_api.serving import Conversation, abstention, answer_json, conversation_markdown
from kb_plugins.export.markdown import as_html
from kb_plugins.export.page import text, whole_page

if TYPE_CHECKING:
    from kb.plugin_api.serving import Exchange

FORMS = ("html", "md", "json")
_CITED = re.compile(r"\[(\d{1,3})\]")


def answer_text(answer: Answer, form: str) -> str:
    """An answer in one of FORMS, with the quotes it rests on."""
    if form == "json":
        return _json(answer_json(answer))
    said = abstention(answer) if answer.abstained else answer.text
    if form == "md":
        return "\n".join([f"# {safe_line(answer.question)}", "", said, *_quotes_markdown(_shown(answer)), ""])
    parts = [
        f"<h1>{text(answer.question)}</h1>",
        _cited(as_html(said), {one.number for one in _shown(answer)}),
    ]
    if answer.missing:
        parts.append(f"<p>Your notes don't mention: {text(', '.join(answer.missing))}.</p>")
    if shown := _shown(answer):
        parts.append("<h2>Sources</h2>")
        parts += [
            f'<section id="source-{one.number}"><p>[{one.number}] <strong>{text(one.path)}:{one.line}</strong></p>'
            f"<blockquote>{as_html(one.quote)}</blockquote></section>"
            for one in shown
        ]
    return whole_page(answer.question, "\n".join(parts))


def conversations_text(held: Sequence[Conversation], form: str) -> str:
    """Conversations in one of FORMS, the latest first."""
    if form == "json":
        return _json({"conversations": [_conversation_json(one) for one in held]})
    if form == "md":
        return "\n".join(conversation_markdown(one, with_front=False) for one in held)
    parts = [f"<h1>{len(held)} conversations</h1>" if len(held) != 1 else f"<h1>{text(held[0].title)}</h1>"]
    if len(held) > 1:
        rows = (
            f'<li><a href="#c{number}">{text(one.title)}</a> <span class="soft">{text(one.at[:10])}</span></li>'
            for number, one in enumerate(held, 1)
        )
        parts.append(f"<ol>{''.join(rows)}</ol>")
    for number, one in enumerate(held, 1):
        parts.append(f'<section id="c{number}">')
        parts += [_exchange(exchange, f"c{number}-{turn}") for turn, exchange in enumerate(one.exchanges, 1)]
        parts.append("</section>")
    return whole_page("Conversations", "\n".join(parts))


def _exchange(one: Exchange, name: str) -> str:
    sources = "".join(
        f'<li value="{place.number}" id="{name}-{place.number}">{text(place.path)}:{place.line}</li>'
        for place in one.sources
    )
    said = _cited(as_html(one.answer), {place.number for place in one.sources}, f"{name}-")
    return f"<h2>{text(one.question)}</h2>\n{said}" + (f"<ol>{sources}</ol>" if sources else "")


def _conversation_json(one: Conversation) -> dict[str, Any]:
    return {
        "title": one.title,
        "at": one.at,
        "exchanges": [
            {
                "at": exchange.at,
                "question": exchange.question,
                "answer": exchange.answer,
                "outcome": exchange.outcome,
                "sources": [
                    {"number": place.number, "path": place.path, "line": place.line, "title": place.title}
                    for place in exchange.sources
                ],
            }
            for exchange in one.exchanges
        ],
    }


def _shown(answer: Answer) -> tuple[Quote, ...]:
    return answer.cited or (answer.sources if answer.outcome == "unsure" else ())


def _quotes_markdown(quotes: Sequence[Quote]) -> list[str]:
    lines = []
    for one in quotes:
        lines += ["", f"[{one.number}] {safe_line(one.path)}:{one.line}", ""]
        lines += [f"> {row}" for row in one.quote.splitlines()]
    return lines


def _cited(html: str, numbers: set[int], name: str = "source-") -> str:
    """`html` with each [n] that is one of `numbers` as a link to its source."""

    def link(found: re.Match[str]) -> str:
        return f'<a href="#{name}{found[1]}">{found[0]}</a>' if int(found[1]) in numbers else found[0]

    return _CITED.sub(link, html)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, indent=2) + "\n"
