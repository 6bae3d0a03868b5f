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
_NEAR_START = 20  # characters before a name that its description still begins with
_SPEAKS = 3  # times
STATES = re.compile(r"\b(?:is|are|can|has|was|were|will|ist|sind|kann|hat|war)\b", re.IGNORECASE)
# Behind a label that nothing marks as a term only this defines it: `the shed` is the answer, and no class of things.
_CLASSES = re.compile(
    r"(?:this|these|it|they) (?:is|are|refers? to|means?) |(?:(?:is|are|refers to|means) )?(?:an? |any |one of |eine? |une? |"
    r"(?:the |a )?(?:process|method|technique|set|kind|type|act|ability|number|study|use)\b|when an? )",
    re.IGNORECASE,
)
# A lead-in that its items continue, and one that shows how something is written.
_RUNS_ON = re.compile(
    r"\b(?:by|to|with|of|for|from|in|on|as|can|contains?|includes?|is|are|be)$", re.IGNORECASE
)
_SHOWS = re.compile(r"\b(?:like this|as follows|so aus)$", re.IGNORECASE)
_PATH = re.compile(r"^\S*[/\\]\S+|^\S+\.\w{1,5}\b")


def labelled(source: Source, entry: Entry, label: str, begin: int) -> Iterator[Fact]:
    body = Span(entry.span.start + begin, entry.span.end)
    text = source.plain(body)
    entity = source.entity(entry)
    if _is_code(source, entry) and not _CLASSES.match(text):
        return  # names of a program are looked up
    if entry.parent and _RUNS_ON.search(source.text(entry.parent).rstrip(":： ")):
        return  # the items end a sentence
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
    if speaks or STATES.search(label) or ORDERS.fullmatch(label):
        return
    if ("/" in label and " " in label) or (ORDERS.match(label) and " " in label):
        return
    yield _term(source, entry, label, body, text)


def _term(source: Source, entry: Entry, label: str, body: Span, text: str) -> Fact:
    """A term with its description: asked for by the description where that defines it, else by its name."""
    words = len(text.split())
    is_marked = source.note.text[entry.span.start : entry.span.start + 1] in "*_`="
    place = source.note.text.find(label, entry.span.start, body.start)
    sentences = split_sentences(source.note.text, body)
    first = sentences[0] if sentences else None
    if (
        first
        and place >= 0
        and (DEFINING.match(first.text) if is_marked else _CLASSES.match(first.text))
        and words >= 6
        and len(content_words(first.text)) >= _FEWEST
    ):
        stated = first.text if words > 45 else text
        if len(stated.split()) <= 45 and not _tells(stated, label) and not ORDERS.match(stated):
            fact = source.fact("term", f"{GAP}: {stated}", Span(place, place + len(label)), entry)
            family = f"term {source.note.path} {' '.join(entry.heading_path)}"
            return replace(fact, is_name=True, family=family, source=Span(entry.span.start, body.end))
    entity = source.entity(entry)
    if entity and _POINTS_OUT.search(entity):
        # `Causes of X: model architecture` is one of the causes, and no term of its own.
        return source.fact("attribute", f"{entity} — {label}?", body, entry)
    # In these languages a value has an article too: `Choix : la MAIF`.
    has_articles = not is_marked and source.wording.language in ("fr", "es")
    defines = _CLASSES.match(text) if has_articles else DEFINING.match(text)
    if defines and len(label.split()) <= _MOST_LABEL_WORDS and " vs" not in label:
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
    if _is_code(source, entry) and children and not _CLASSES.match(source.text(children[0])):
        return
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
            and not _SHOWS.search(name)
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
        defines = DEFINING.match(texts[0]) or 0 <= texts[0].casefold().find(name.casefold()) <= _NEAR_START
        if entity and (_POINTS_OUT.search(entity) or not defines):
            yield source.fact("attribute", f"{entity} — {name}?", source.span_of(children), entry)
        else:
            yield source.fact("term", source.wording.what_is(name), source.span_of(children), entry)


def _is_code(source: Source, entry: Entry) -> bool:
    return source.note.text.startswith("`", entry.span.start)


def _tells(text: str, name: str) -> bool:
    known = set(words_of(text))
    return any(word in known for word in content_words(name))
