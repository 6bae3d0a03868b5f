"""Labels with what stands behind or below them: terms, what is said of a thing, and what has parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kb.plugin_api import Span, content_words, split_sentences, words_of
from kb_plugins.study.card import GAP
from kb_plugins.study.fact import Fact
from kb_plugins.study.labels import (
    ATTRIBUTE,
    DEFINES,
    DEFINING,
    ENUMERATES,
    NO_LABEL,
    NO_TERM,
    is_term,
    names,
)
from kb_plugins.study.outline import Entry
from kb_plugins.study.question_facts import HOW_TO, MOST_STEPS, QUESTION_END
from kb_plugins.study.shapes import EXAMPLE, ORDERS, POINTS_BACK
from kb_plugins.study.source import Source

_LINK = re.compile(r"[*_]*(?:\[\[[^\]]*\]\]|\[[^\]]*\]\([^)]*\))[*_]*:?")
# Headings over points about a thing, and not over things.
_POINTS_OUT = re.compile(
    r"\b(?:applications?|uses|use cases|causes?|benefits?|challenges?|characteristics|importance|considerations|role|impact|limitations?|differences?|advantages?|"
    r"disadvantages?|reasons?|risks?|effects?|how .+ (?:works?|learns?)|ursachen?|vorteile|nachteile|gründe|avantages|ventajas)\b",
    re.IGNORECASE,
)
_MOST_LABEL_WORDS = 6
_FEWEST, _SHORT_MEMBER = 4, 12
_SPEAKS = 3  # times
_STATES = re.compile(r"\b(?:is|are|can|has|was|were|will|ist|sind|kann|hat|war)\b", re.IGNORECASE)
_PATH = re.compile(r"^\S*[/\\]\S+|^\S+\.\w{1,5}\b")


def labelled(source: Source, entry: Entry, label: str, begin: int) -> Iterator[Fact]:
    body = Span(entry.span.start + begin, entry.span.end)
    text = source.plain(body)
    entity = source.entity(entry)
    if DEFINES.match(label):
        if entity:
            yield source.fact("term", source.wording.what_is(entity), body, entry, drop_place=True)
        return
    if NO_TERM.match(label) and not ATTRIBUTE.match(label):
        return
    is_attribute = bool(ATTRIBUTE.match(label)) or (
        source.repeated[label.casefold()] > 1 and bool(entry.parent)
    )
    if (
        is_attribute
        and text
        and (entry.parent or source.repeated[label.casefold()] > 1 or len(text.split()) < 12)
    ):
        family = f"attribute {source.note.path} {label.casefold()}"
        yield replace(source.fact("attribute", f"{entity} — {label}?", body, entry), family=family)
        return
    if text.endswith(QUESTION_END) or len(content_words(text)) < 3 or not is_term(label):
        return
    # Who speaks in a talk stands before each of its lines; and a statement names nothing.
    speaks = source.repeated[label.casefold()] >= _SPEAKS and not entry.parent
    if speaks or _STATES.search(label) or ORDERS.fullmatch(label):
        return
    if ("/" in label and " " in label) or (ORDERS.match(label) and " " in label):
        return
    yield _term(source, entry, label, body, text)


def _term(source: Source, entry: Entry, label: str, body: Span, text: str) -> Fact:
    """A term with its description: asked for by the description where that defines it, else by its name."""
    words = len(text.split())
    place = source.note.text.find(label, entry.span.start, body.start)
    sentences = split_sentences(source.note.text, body)
    first = sentences[0] if sentences else None
    if (
        first
        and place >= 0
        and DEFINING.match(first.text)
        and words >= 6
        and len(content_words(first.text)) >= _FEWEST
    ):
        told = first.text if words > 45 else text
        if len(told.split()) <= 45 and not _tells(told, label) and not ORDERS.match(told):
            fact = source.fact("term", f"{GAP}: {told}", Span(place, place + len(label)), entry)
            family = f"term {source.note.path} {' '.join(entry.heading_path)}"
            return replace(fact, is_name=True, family=family, source=Span(entry.span.start, body.end))
    entity = source.entity(entry)
    if entity and _POINTS_OUT.search(entity):
        # `Causes of X: model architecture` is one of the causes, and no term of its own.
        return source.fact("attribute", f"{entity} — {label}?", body, entry)
    if DEFINING.match(text) and len(label.split()) <= _MOST_LABEL_WORDS and " vs" not in label:
        return source.fact("term", source.wording.what_is(label), body, entry)
    if text.casefold().startswith(f"{label.casefold()} ") and len(label.split()) <= _MOST_LABEL_WORDS:
        return source.fact("term", source.wording.what_is(label), body, entry)
    if entity and not ENUMERATES.search(entity):
        return source.fact("attribute", f"{entity} — {label}?", body, entry)
    return source.fact("attribute", f"{label}: …?", body, entry)


def over_children(source: Source, entry: Entry, text: str) -> Iterator[Fact]:
    """An item over others: a term over its description, or what has parts over its parts."""
    name = text.rstrip(":： ").strip()
    if _LINK.fullmatch(source.note.text[entry.span.start : entry.span.end].strip()):
        return  # what follows is what is said in another note
    children = [child for child in entry.children if source.text(child)]
    texts = [source.text(child) for child in children]
    if not children or any(one.endswith(QUESTION_END) for one in texts) or NO_LABEL.match(name):
        return
    short = all(
        len(one.split()) <= _SHORT_MEMBER and not child.children
        for one, child in zip(texts, children, strict=True)
    )
    states = len(content_words(texts[0])) >= _FEWEST and len(texts[0].split()) >= 6
    if HOW_TO.match(name) and children[0].is_ordered and 2 <= len(children) <= MOST_STEPS:
        yield source.fact("steps", f"{text} ({len(children)})", source.span_of(children), entry)
    elif 2 <= len(children) <= MOST_STEPS and short and (ENUMERATES.search(name) or entry.is_item is False):
        orders = sum(bool(ORDERS.match(one)) for one in texts)
        stands = (
            not EXAMPLE.search(name)
            and not all(_PATH.match(one) for one in texts)
            and (ENUMERATES.search(name) or not NO_TERM.match(name))
            and not POINTS_BACK.match(name)
            and orders < len(texts) / 2
        )
        if len(words_of(name)) >= 2 and stands and not any(map(source.label, children)):
            yield source.fact("members", f"{name}: ({len(children)})", source.span_of(children), entry)
    elif (
        len(children) <= 3
        and states
        and entry.is_item
        and names(name)
        and not any(map(source.label, children))
    ):
        entity = source.entity(entry)
        if EXAMPLE.search(name):
            return
        if entity and _POINTS_OUT.search(entity):
            yield source.fact("attribute", f"{entity} — {name}?", source.span_of(children), entry)
        else:
            yield source.fact("term", source.wording.what_is(name), source.span_of(children), entry)


def _tells(text: str, name: str) -> bool:
    known = set(words_of(text))
    return any(word in known for word in content_words(name))
