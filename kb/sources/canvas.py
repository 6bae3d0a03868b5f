"""JSON Canvas: cards as text, in the order in which they lie, and arrows between them as a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from kb.files.small import parse_json
from kb.notes.extract import Extract
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Unreadable

_MOST = 20_000  # cards, and arrows
_SHOWN = 60  # characters of a card where an arrow names it


def read(file: BinaryIO, asked: Asked, /) -> Extract:  # noqa: ARG001 - every source is asked alike
    """The cards and arrows of the canvas in `file`. Raises Unreadable."""
    data = file.read()
    try:
        canvas = parse_json(data or b"{}")
    except ValueError as error:
        raise Unreadable("is damaged: its JSON cannot be read") from error
    if not isinstance(canvas, dict):
        raise Unreadable("is not a canvas")
    cards = _listed(canvas.get("nodes"))
    cards.sort(key=_order(cards[:]))
    text = MarkdownText()
    for number, card in enumerate(cards, start=1):
        text.place("card", number)
        _write(text, card)
    names = {card.get("id"): _name(card) for card in cards}
    text.place("card", 0)
    text.markdown("\n".join(_arrows(_listed(canvas.get("edges")), names)))
    return text.extract(is_markup=True)


def _listed(value: object) -> list[Mapping[str, Any]]:
    listed = value if isinstance(value, list) else []
    found: list[Mapping[str, Any]] = [one for one in listed[:_MOST] if isinstance(one, dict)]
    return found


def _number(card: Mapping[str, Any], name: str) -> float:
    value = card.get(name)
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0.0


def _order(cards: list[Mapping[str, Any]]) -> Any:
    """Groups from the top down, each with the cards in it; cards of a group from the top down, too."""
    groups = [card for card in cards if card.get("type") == "group"]

    def place(card: Mapping[str, Any]) -> tuple[float, ...]:
        x, y = _number(card, "x"), _number(card, "y")
        if card.get("type") == "group":
            return (y, x, 0, 0, 0)
        for group in groups:
            left, top = _number(group, "x"), _number(group, "y")
            if left <= x < left + _number(group, "width") and top <= y < top + _number(group, "height"):
                return (top, left, 1, y, x)
        return (y, x, 1, y, x)

    return place


def _write(text: MarkdownText, card: Mapping[str, Any]) -> None:
    kind = card.get("type")
    if kind == "group":
        text.heading(2, _said(card, "label"))
    elif kind == "text":
        text.markdown(_said(card, "text"))
    elif kind == "file" and (path := _said(card, "file")):
        text.markdown(f"[[{path.removesuffix('.md')}{_said(card, 'subpath')}]]")
    elif kind == "link" and (url := _said(card, "url")).startswith("http"):
        text.markdown(f"<{url}>")


def _said(card: Mapping[str, Any], name: str) -> str:
    value = card.get(name)
    return value if isinstance(value, str) else ""


def _name(card: Mapping[str, Any]) -> str:
    if card.get("type") == "file":
        return f"[[{_said(card, 'file').removesuffix('.md')}]]"
    words = (_said(card, "text") or _said(card, "label") or _said(card, "url")).strip().lstrip("# ")
    first = words.split("\n", 1)[0].strip()
    return first if len(first) <= _SHOWN else f"{first[:_SHOWN].rstrip()} …"


def _arrows(edges: list[Mapping[str, Any]], names: Mapping[Any, str]) -> Iterator[str]:
    for edge in edges:
        start, end = names.get(edge.get("fromNode")), names.get(edge.get("toNode"))
        if start and end:
            label = " ".join(_said(edge, "label").split())
            yield f"- {start} → {end}{f': {label}' if label else ''}"
