"""Every card of a note: those that its author wrote, and those that rules make."""

from __future__ import annotations

import re
from collections import Counter

from kb.plugin_api import Note
from kb_plugins.quiz.item import Item, written_item
from kb_plugins.quiz.rules import rule_items
from kb_plugins.study.card import Unusable
from kb_plugins.study.card_tags import has_card_tag
from kb_plugins.study.page import page_of
from kb_plugins.study.written import written_cards

MADE_BY = "made-by"  # property of notes that kb wrote; nothing is asked of them
# What heads an entry in a list of changes: a version, or a day.
_ENTRY = re.compile(r"\[?(?:v(?:ersion)? ?)?\d+\.\d+|\[?\d{4}-\d{2}-\d{2}|unreleased\b", re.IGNORECASE)
_ENTRIES = 3


def items_of(note: Note) -> list[Item]:
    """Every card of `note`, in order: those its author wrote, and what the rules find beside them."""
    return read_cards(note)[0]


def read_cards(note: Note) -> tuple[list[Item], list[Unusable]]:
    """The cards of `note`, and what its author meant as a card and cannot be asked."""
    if MADE_BY in note.properties:
        return [], []
    page = page_of(note)
    written, unusable = written_cards(page)
    of_block: Counter[str] = Counter()
    found: list[Item] = []
    for card in written:
        found.append(written_item(page.note, card, of_block[card.block_id]))
        of_block[card.block_id] += 1
    if written or has_card_tag(note) or not _is_record(note):
        taken = [card.source for card in written]
        starts: set[int] = set()
        for item in rule_items(page.note):
            if item.span.start not in starts and not any(
                source.start < item.source.end and item.source.start < source.end for source in taken
            ):
                starts.add(item.span.start)
                found.append(item)
    unique = {item.id: item for item in found}
    return sorted(unique.values(), key=lambda item: item.span.start), unusable


def _is_record(note: Note) -> bool:
    """Whether a note is a list of changes, by its form: most headings are versions or days, with lists below."""
    titles = [section.title for section in note.sections if section.level > 1 or len(note.sections) == 1]
    dated = sum(bool(_ENTRY.match(title)) for title in titles)
    lists = sum(block.kind == "list" for block in note.blocks)
    return dated >= _ENTRIES and dated >= 0.6 * len(titles) and lists >= 0.5 * len(note.blocks)
