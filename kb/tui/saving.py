"""A conversation as text: for the clipboard, and as a note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.plugin_api import Quote


def with_places(reply: Sequence[str], quotes: Sequence[Quote]) -> str:
    """A reply, and where what it cites stands."""
    cited = set(re.findall(r"\[(\d+)\]", " ".join(reply)))
    lines = [f"[{quote.number}] {quote.where}" for quote in quotes if str(quote.number) in cited]
    return "\n\n".join(reply) + ("\n\n" + "\n".join(lines) if lines else "")


def with_sources(transcript: Sequence[str], quotes: Sequence[Quote]) -> str:
    """A conversation as the text of a note, with links to its sources."""
    cited = "\n".join(f"- [{quote.number}] [[{quote.link}|{quote.title}]]{_line(quote)}" for quote in quotes)
    return "\n\n".join([*transcript, *([f"## Sources\n\n{cited}"] if cited else [])])


def _line(quote: Quote) -> str:
    return "" if quote.place else f", line {quote.line}"
