"""The facts of a note, found by its structure: what stands under a label, an item or a question, and what gives a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kb.plugin_api import Span, content_words, split_sentences
from kb_plugins.study.card import heading_path_at
from kb_plugins.study.fact import Fact
from kb_plugins.study.label_facts import STATES, labelled, over_children
from kb_plugins.study.labels import NO_LABEL, is_term
from kb_plugins.study.outline import Entry
from kb_plugins.study.page import Page
from kb_plugins.study.points import lists_of_points
from kb_plugins.study.question_facts import QUESTION_END, asked, heading_questions, inline_question
from kb_plugins.study.reasons import reasons_in
from kb_plugins.study.relations import relations_of
from kb_plugins.study.shapes import ORDERS, POINTS_BACK
from kb_plugins.study.source import Source
from kb_plugins.study.table_facts import table_facts
from kb_plugins.study.worth import DIARY_KINDS, LEAST, is_diary, worth_of

# Headings that say where one is in a text, and not what it is about.
_GENERAL = re.compile(
    r"(?:\d+[.)] +)?(?:introduction|motivation|overview|background|summary|basics|usage|about.*|description|context|details|notes?|general|"
    r"intro|tl;?dr|einleitung|überblick|hintergrund|zusammenfassung|allgemeines|introducción|resumen|aperçu|résumé|简介|概述)$",
    re.IGNORECASE,
)
_ONESELF = re.compile(r"(?:I|I’m|I'm|My|Ich|Mein\w*|Je|Mon|Ma|Yo|Mi|我)\b")
_ONLY_LINKS = re.compile(r"(?:(?:[-*,;.·→]|->|and|und)?\s*\[\[[^\]]*\]\]\s*)+[.;]?", re.IGNORECASE)
_LEADS_TO = re.compile(r"(?:understanding|introducing|meet|introduction to|overview of)\s+", re.IGNORECASE)
_ASIDE = re.compile(r"\[!|<|!\[|\[\[?[^\]]*\]\]?\(?[^\s)]*\)?\s*$")  # a callout, a tag of HTML, a picture
_FEWEST, _SECTION_WORDS = 4, 60


def facts_of(page: Page) -> list[Fact]:
    """Every fact with its worth, in the order of the text."""
    source = Source(page)
    found: list[Fact] = []
    sections: set[tuple[str, ...]] = set()
    for fact in _all(source):
        if weighed := _weighed(source, fact):
            found.append(weighed)
            if weighed.worth >= LEAST:
                sections.update((weighed.heading_path, heading_path_at(page.note, weighed.source.start)))
    # A section of which nothing else is asked is asked for as a whole.
    whole = [
        weighed
        for fact in _sections(source)
        if fact.heading_path not in sections and (weighed := _weighed(source, fact))
    ]
    return sorted((*found, *whole), key=lambda fact: fact.source.start)


def _weighed(source: Source, fact: Fact) -> Fact | None:
    answer = source.plain(fact.answer)
    if is_diary(source.note.path) and fact.kind in DIARY_KINDS:
        return None  # what a day brought is remembered, and not learned
    if _ONLY_LINKS.fullmatch(source.note.text[fact.answer.start : fact.answer.end].strip()):
        return None  # it leads to what is said in other notes
    return replace(fact, worth=worth_of(fact, fact.question, answer)) if answer and fact.question else None


def _sections(source: Source) -> Iterator[Fact]:
    """What stands first under each heading, and under the title."""
    seen: set[tuple[str, ...]] = set()
    for top in source.tops:
        if top.heading_path in seen or _ASIDE.match(source.note.text, top.span.start):
            continue
        seen.add(top.heading_path)
        path = (source.note.title, *top.heading_path)
        name = next((part for part in reversed(path) if not _GENERAL.match(part)), path[0]).rstrip(":：.")
        name = _LEADS_TO.sub("", name).partition(": ")[0]
        sentences = split_sentences(source.note.text, top.span)
        if (
            top.is_item
            or top.children
            or not sentences
            or "![" in source.note.text[top.span.start : top.span.end]
            or NO_LABEL.match(name)
            or not is_term(name)
            or STATES.search(name)
            or ORDERS.match(name)
        ):
            continue
        first = sentences[0]
        if (
            len(content_words(first.text)) < _FEWEST
            or POINTS_BACK.match(first.text)
            or _ONESELF.match(first.text)
            or name.endswith(QUESTION_END)
        ):
            continue
        end, words = first.span.end, len(first.text.split())
        for sentence in sentences[1:3]:
            words += len(sentence.text.split())
            end = sentence.span.end if words <= _SECTION_WORDS else end
        yield source.fact("section", source.wording.about(name, first.text), Span(first.span.start, end), top)


def _all(source: Source) -> Iterator[Fact]:
    yield from relations_of(source.note)
    yield from table_facts(source.note)
    yield from heading_questions(source)
    answered: set[int] = set()  # entries that are part of an answer
    for fact, entries in lists_of_points(source):
        yield fact
        answered.update(id(one) for entry in entries for one in entry.walk())
    for entry in source.entries:
        if id(entry) in answered or not source.text(entry):
            continue
        found = list(_of_entry(source, entry))
        yield from found
        if any(fact.kind in ("answer", "steps") for fact in found):
            answered.update(id(one) for one in entry.walk())


def _of_entry(source: Source, entry: Entry) -> Iterator[Fact]:
    text = source.text(entry)
    if text.endswith(QUESTION_END):
        yield from asked(source, entry, text)
        return
    if fact := inline_question(source, entry):
        yield fact
        return
    label = source.label(entry)
    if label:
        yield from labelled(source, entry, *label)
    elif entry.children:
        yield from over_children(source, entry, text)
    if not label or not entry.children:
        yield from _reasons(source, entry)


def _reasons(source: Source, entry: Entry) -> Iterator[Fact]:
    for kind, question, answer, sentence in reasons_in(source.note, entry.span, source.wording):
        yield replace(source.fact(kind, question, answer, entry), source=sentence)
