"""A card as its author wrote it, and how its sides read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kb.plugin_api import Note, Span, plain_text
from kb_plugins.study.page import without_quote_marks

GAP = "_____"
# Marks of a gap in the Markdown of a card, which no text of a note can be taken for.
OPENS, HINTS, CLOSES = "\ue120", "\ue121", "\ue122"
_BLOCK_ID = re.compile(r"[ \t]\^(?P<id>[A-Za-z0-9-]+)[ \t]*$")
_APART = re.compile(r"^[ \t>]*(?:[-*+|]|\d+[.)]|```|~~~|\$\$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A card as its author wrote it."""

    form: Literal["card", "gap"]
    question: str  # plain, a gap as "_____"
    front: str  # the question in Markdown; of a gap the whole text, its gap within OPENS, HINTS and CLOSES
    key: str  # plain
    answer: str  # in Markdown
    span: Span  # of the answer
    source: Span  # of the whole card
    line: int  # 1-based, of its first line
    parents: tuple[str, ...]  # items above it in a list
    deck: str  # what follows `flashcards/` in the tag that is in force, or empty
    block_id: str  # of its last line, or empty


@dataclass(frozen=True, slots=True)
class Unusable:
    """What looks like a card and cannot be asked."""

    line: int  # 1-based
    reason: str  # one clause


def lines_of(markdown: str) -> str:
    """Markdown as readable lines: without marks, each line of a list, of code and of a paragraph kept."""
    plain = plain_text(without_quote_marks(markdown))
    if "```" in markdown or "~~~" in markdown:
        return "\n".join(line.rstrip() for line in plain.splitlines() if line.strip())
    found = "\n".join(" ".join(line.split()) for line in plain.splitlines() if line.strip())
    # What plain text makes nothing of, such as a lone sign or a picture without a name, still is what was written.
    return found or markdown.strip()


def as_question(plain: str, markdown: str) -> str:
    """The lines of a paragraph run on; those of lists, tables and code stay apart."""
    return plain if _APART.search(markdown) else " ".join(plain.split())


def heading_path_at(note: Note, place: int) -> tuple[str, ...]:
    """The headings over `place`."""
    path: tuple[str, ...] = ()
    for section in note.sections:
        if section.heading.start > place:
            break
        path = section.path
    return path


def block_id_of(text: str) -> str:
    """The block id that ends `text`, or nothing."""
    match = _BLOCK_ID.search(text)
    return match["id"] if match else ""


def without_block_id(text: str) -> str:
    """`text` without the block id at its end."""
    return _BLOCK_ID.sub("", text)
