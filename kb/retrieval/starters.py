"""Questions to begin with, made from the notes that others link to most."""

from __future__ import annotations

import re
from collections import Counter

from kb.indexing.catalog import Catalog
from kb.notes.journal import day_in_name
from kb.notes.plain import plain_text

_LOOKED_AT = 40  # notes
_LONGEST = 40  # characters of a title
# "Oolong is a tea", "**Tokens** are pieces": what a note begins with that tells what its title means.
_MEANS = r"\W*((?:an?|the|der|die|das)\s+)?{}\W{{0,3}}\s+(is|are|was|were|ist|sind|war|waren)\b"
_FORMS = {
    "is": "What is {}?", "are": "What are {}?", "was": "Who or what was {}?", "were": "What were {}?",
    "ist": "Was ist {}?", "sind": "Was sind {}?", "war": "Wer oder was war {}?", "waren": "Was waren {}?",
}  # fmt: skip


def starters(catalog: Catalog, count: int = 3) -> list[str]:
    """At most `count` questions that the notes are likely to answer."""
    linked = Counter(link.resolved for link in catalog.links() if link.resolved)
    notes = sorted(catalog.notes(), key=lambda note: (-linked[note.path], note.path))
    questions: list[str] = []
    for note in notes[:_LOOKED_AT]:
        if len(note.title) > _LONGEST or day_in_name(note.title):
            continue
        means = re.compile(_MEANS.format(re.escape(note.title)), re.IGNORECASE)
        for passage in catalog.passages_of(note.path)[:3]:
            if match := means.match(plain_text(passage.text)):
                questions.append(_FORMS[match[2].casefold()].format(_subject(match[1], note.title)))
                break
        if len(questions) == count:
            break
    return questions


def _subject(article: str | None, title: str) -> str:
    """As the note calls it in a sentence; what has an article is no name, and begins small in English."""
    if not article:
        return title
    words = title[0].lower() + title[1:] if article.casefold().strip() in ("a", "an", "the") else title
    return f"{article.casefold()}{words}"
