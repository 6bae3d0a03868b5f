"""Every card of a note: those that its author wrote, and those that rules make."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kb.plugin_api import Note, Span
from kb_plugins.quiz.item import Item, fact_item, normal_form, written_item
from kb_plugins.quiz.rules import rule_items
from kb_plugins.study.card import Unusable
from kb_plugins.study.card_tags import has_card_tag
from kb_plugins.study.facts import facts_of
from kb_plugins.study.page import Page, page_of
from kb_plugins.study.worth import LEAST, LEAST_ALONE
from kb_plugins.study.written import written_cards

_OF_SECTION = 8  # cards that are made of one section
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
        found += _made(page, [card.source for card in written])
    unique = {item.id: item for item in found}
    return sorted(unique.values(), key=lambda item: item.span.start), unusable


def _made(page: Page, taken: Sequence[Span]) -> list[Item]:
    """What structure and sentences state, the most worth knowing first; nothing that stands in `taken` already."""
    found = facts_of(page)
    facts = [fact for fact in found if fact.worth >= LEAST]
    if not facts and not taken:
        facts = sorted(
            (one for one in found if one.worth >= LEAST_ALONE and not one.is_name), key=lambda one: -one.worth
        )[:1]
    items = [item for item in (fact_item(page.note, fact) for fact in facts) if item]
    items += [item for item in rule_items(page.note) if item.worth >= LEAST]
    chosen: list[Item] = []
    questions: set[str] = set()
    of_section: Counter[tuple[str, ...]] = Counter()
    # A section is asked for as a whole only where nothing in it is asked.
    for item in sorted(items, key=lambda item: (item.rule == "section", -item.worth, item.span.start)):
        question = normal_form(item.question)
        said = any(_overlap(item.source, span) for span in taken) or any(
            _says_the_same(item, one) for one in chosen
        )
        most = 1 if item.rule == "section" else _OF_SECTION
        if question in questions or said or of_section[item.heading_path] >= most:
            continue
        questions.add(question)
        of_section[item.heading_path] += 1
        chosen.append(item)
    return chosen


def _says_the_same(item: Item, other: Item) -> bool:
    """Whether two cards ask for one fact: the same words are their answers, or one's answer holds the other's fact."""
    if _overlap(item.span, other.span):
        return True
    inside = other.source.start <= item.source.start and item.source.end <= other.source.end
    return (
        inside
        and other.rule in ("term", "cause", "contrast", "members", "steps")
        and item.rule != "attribute"
    )


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _is_record(note: Note) -> bool:
    """Whether a note is a list of changes, by its form: most headings are versions or days, with lists below."""
    titles = [section.title for section in note.sections if section.level > 1 or len(note.sections) == 1]
    dated = sum(bool(_ENTRY.match(title)) for title in titles)
    lists = sum(block.kind == "list" for block in note.blocks)
    return dated >= _ENTRIES and dated >= 0.6 * len(titles) and lists >= 0.5 * len(note.blocks)
