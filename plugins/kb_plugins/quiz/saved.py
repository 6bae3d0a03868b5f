"""Cards as a note that the learner keeps, which other programs can read as flashcards too."""

from __future__ import annotations

from kb.plugin_api import safe_line
from kb_plugins.quiz.item import Item
from kb_plugins.study.card import GAP


def as_note(items: list[Item], label: str) -> str:
    """Cards as a note with `question::answer` lines."""
    rows = [f"{_card(item)}\n\nSource: [[{item.as_quote().link}]]\n" for item in items]
    return f"---\nmade-by: kb\ntags: [flashcards]\n---\n# Flashcards: {label}\n\n" + "\n".join(rows)


def _card(item: Item) -> str:
    """In the form of one line, or, where the answer has several, with `?` between the sides."""
    question = safe_line(_question(item))
    lines = [safe_line(line) for line in item.key.split("\n")]
    if len(lines) == 1:
        return f"{question.replace('::', ': :')}::{lines[0]}"
    return "\n".join((question, "?", *lines))


def _question(item: Item) -> str:
    options = f" ({' / '.join(item.options)})" if item.options else ""
    return item.stem.replace(GAP, "…") + options
