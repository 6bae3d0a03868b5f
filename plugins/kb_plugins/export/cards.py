"""Every quiz card as a page to turn over, as Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kb.plugin_api import CARD_KINDS, KnowledgeBase, UsageError, safe_line
from kb_plugins.export.markdown import as_html
from kb_plugins.export.page import text, whole_page
from kb_plugins.quiz.deck import Deck
from kb_plugins.quiz.item import Item
from kb_plugins.quiz.logging_cards import open_log

FORMS = ("html", "md", "json", "apkg")


def cards_of(base: KnowledgeBase, wanted: str) -> list[Item]:
    """The cards of the notes that `wanted` names, by note. Raises UsageError where there is none."""
    deck = Deck(base, open_log(base))
    found = sorted(deck.items(base.select(wanted)), key=lambda item: (item.path, item.span.start))
    if not found:
        raise UsageError("There are no cards in these notes. Name others, or write some: question::answer")
    return found


def cards_text(cards: Sequence[Item], form: str) -> str:
    """Cards in one of FORMS but Anki's."""
    if form == "json":
        rows = [_as_json(card) for card in cards]
        return json.dumps({"cards": rows}, ensure_ascii=True, allow_nan=False, indent=2) + "\n"
    if form == "md":
        rows_md = [f"- {safe_line(card.stem)}\n  - {safe_line(_key(card))}" for card in cards]
        return "\n".join(["# Cards", "", *rows_md, ""])
    count = f"{len(cards):,} {'card' if len(cards) == 1 else 'cards'}"
    body = [f"<h1>{count}</h1>", '<p class="soft">Choose a question to see its answer.</p>']
    path = ""
    for card in cards:
        if card.path != path:
            path = card.path
            body.append(f"<h2>{text(card.title)}</h2>")
        body.append(_turned_over(card))
    return whole_page("Cards", "\n".join(body))


def _turned_over(card: Item) -> str:
    options = "".join(f"<li>{text(option)}</li>" for option in card.options)
    return (
        f"<details><summary>{text(card.stem)}{f'<ol type=a>{options}</ol>' if options else ''}</summary>"
        f"<p><strong>{text(_key(card))}</strong></p><blockquote>{as_html(card.quote)}</blockquote>"
        f'<p class="soft">{text(card.path)}:{card.line}</p></details>'
    )


def _key(card: Item) -> str:
    return card.expected or card.answer or card.key


def _as_json(card: Item) -> dict[str, Any]:
    return {
        "id": card.id,
        "kind": card.kind,
        "asks": CARD_KINDS[card.kind],
        "question": card.stem,
        "options": list(card.options),
        "answer": _key(card),
        "path": card.path,
        "line": card.line,
        "quote": card.quote,
    }
