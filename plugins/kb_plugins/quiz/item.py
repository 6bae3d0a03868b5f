"""A quiz item: a question made from a note, whose answer stands in the note word for word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Literal

from kb.plugin_api import (
    CardKind,
    Note,
    Quote,
    Span,
    content_words,
    covers,
    numbers_of,
    place_at,
    plain_text,
    same_word,
    where,
    words_of,
)
from kb_plugins.study.card import Written, heading_path_at, lines_of
from kb_plugins.study.fact import Fact, FactKind
from kb_plugins.study.page import without_quote_marks

# Words that head a table or begin an item without naming anything worth asking for.
NO_TERMS = frozenset(
    "note notes tip warning important example examples default optional required yes no new added todo see also "
    "hint caution info attention beispiel hinweis wichtig location command commands purpose speed name usage type "
    "description result results link links source value values keyword summary short when why where how what question questions answer answers good bad better worse pros cons advantage "
    "advantages disadvantage disadvantages dependencies environment status overview input output features details "
    "frage antwort gut schlecht vorteile nachteile".split()
)
_SHORT = 8  # words of an answer that is written out, and not explained
_LONG_KEY, _TOLD = 4, 0.75  # content words from which a share of them tells a key, and that share
_LEFTOVER = re.compile(r"\]\(|#\+[A-Z]|\{\{|://")  # marks of a dialect that plain text should not have
Rule = Literal["card", "gap", "highlight", "definition", "table", "bold"] | FactKind
WRITTEN = ("card", "gap")  # rules of cards that a person wrote
_ARTICLE = re.compile(r"^(?:an?|the|der|die|das|eine?|el|la|los|las|le|les|une?) ")
_NOT_WORD = re.compile(r"[^\w%°€$£.,+-]+|(?<!\d)[.,]|[.,](?!\d)")


@dataclass(frozen=True, slots=True)
class Item:
    """One fact of a note as a question. The stem never holds the key."""

    id: str  # 16 hex digits over question and key, wherever they stand; once reviewed, that of its reviews
    rule: Rule
    kind: CardKind
    stem: str  # the question with its place in the notes, plain text
    key: str  # the answer: the text at `span` as plain_key shows it
    path: str
    title: str
    heading_path: tuple[str, ...]
    span: Span  # of the key in the note's text
    source: Span  # of the sentence, item or row that holds it
    line: int  # 1-based, of the source
    quote: str  # the source as it stands in the note
    family: str = ""  # keys of one family can stand in for each other as wrong options
    options: tuple[str, ...] = ()  # of a choice
    expected: str = ""  # what to answer where that is not the key: "true" or "false"
    question: str = ""  # the stem without its place
    front: str = ""  # the question in Markdown, where its author wrote it; see study.written for its gaps
    answer: str = ""  # the answer in Markdown, where its author wrote it
    deck: str = ""  # what the note's flashcard tag names below itself
    worth: float = 1.0  # 0 to 1; what a person wrote as a card is worth all
    former_id: str = ""  # as reviews before version 2 of the log know the card
    place: str = ""  # of its source, where that is no Markdown: `page=12`

    @property
    def where(self) -> str:
        """Where its source stands, as people read it."""
        return where(self.path, self.line, self.place)

    def as_quote(self) -> Quote:
        """The source, for showing it after the answer."""
        return Quote(
            number=1,
            path=self.path,
            line=self.line,
            span=self.source,
            title=self.title,
            heading_path=self.heading_path,
            quote=self.quote,
            text=plain_text(self.quote).replace("\n", " "),
            relevance=1.0,
            place=self.place,
        )


def make_item(
    note: Note,
    rule: Rule,
    kind: CardKind,
    question: str,
    span: Span,
    source: Span,
    heading_path: Sequence[str],
    family: str = "",
    worth: float = 0.5,
) -> Item | None:
    """An item with the place of its fact before the question, or None when it would give its answer away."""
    key = plain_key(note.text[span.start : span.end])
    if not key or not words_of(key) or leaks(question, key) or _LEFTOVER.search(question):
        return None
    place = [part for part in dict.fromkeys((note.title, *heading_path)) if not leaks(part, key)]
    stem = f"{' › '.join(place)}: {question}" if place else question
    if leaks(stem, key):
        stem = question
    return Item(
        id=_digest(question, key),
        rule=rule,
        kind=kind,
        stem=stem,
        key=key,
        path=note.path,
        title=note.title,
        heading_path=tuple(heading_path),
        span=span,
        source=source,
        line=note.text.count("\n", 0, source.start) + 1,
        quote=note.text[source.start : source.end],
        family=family,
        question=question,
        worth=worth,
        former_id=_digest(rule, stem, key),
        place=place_at(note, source.start),
    )


def fact_item(note: Note, fact: Fact) -> Item | None:
    """A fact as a card, or None when its question would give its answer away."""
    raw = note.text[fact.answer.start : fact.answer.end]
    key = lines_of(raw) if "\n" in raw else plain_key(raw)
    if not words_of(key) or leaks(fact.question, key) or _LEFTOVER.search(fact.question):
        return None
    above = (note.title, *fact.heading_path, *fact.place)
    place = [part for part in dict.fromkeys(above) if not leaks(part, key) and part not in fact.question]
    stem = f"{' › '.join(place)}: {fact.question}" if place else fact.question
    is_short = len(key.split()) <= _SHORT and "\n" not in key
    return Item(
        id=_digest(fact.question, key),
        rule=fact.kind,
        kind="cloze" if fact.is_name else "short" if is_short else "explain",
        stem=fact.question if leaks(stem, key) else stem,
        key=key,
        path=note.path,
        title=note.title,
        heading_path=fact.heading_path,
        span=fact.answer,
        source=fact.source,
        line=note.text.count("\n", 0, fact.source.start) + 1,
        quote=note.text[fact.source.start : fact.source.end],
        family=fact.family,
        question=fact.question,
        worth=fact.worth,
        place=place_at(note, fact.source.start),
    )


def written_item(note: Note, card: Written, number: int) -> Item:
    """A card as its author wrote it; `number` tells apart the cards that one block id names."""
    path = heading_path_at(note, card.source.start)
    place = [part for part in dict.fromkeys((note.title, *path, *card.parents)) if not leaks(part, card.key)]
    stem = f"{' › '.join(place)}: {card.question}" if place else card.question
    is_gap = card.form == "gap"
    identity = ("block", card.block_id, str(number)) if card.block_id else (card.question, card.key)
    return Item(
        id=_digest(*identity),
        rule="gap" if is_gap else "card",
        kind="cloze" if is_gap else "short",
        stem=stem,
        key=card.key,
        path=note.path,
        title=note.title,
        heading_path=path,
        span=card.span,
        source=card.source,
        line=card.line,
        quote=note.text[card.source.start : card.source.end],
        question=card.question,
        front=card.front,
        answer=card.answer,
        deck=card.deck,
        former_id=_digest("highlight" if is_gap else "card", stem, card.key),
        place=place_at(note, card.source.start),
    )


def another_id(item: Item) -> str:
    """The id of a card that another note holds word for word."""
    return _digest(item.id, item.path)


def _digest(*parts: str) -> str:
    return blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def plain_key(markdown: str) -> str:
    """A key as it is shown; within a table the bar of a link is written with a backslash."""
    return " ".join(plain_text(without_quote_marks(markdown).replace("\\|", "|")).split())


def leaks(text: str, key: str) -> bool:
    """Whether `text` tells the key: as it is, or all its content words in some form, or most of many."""
    if f" {normal_form(key)} " in f" {normal_form(text)} ":
        return True
    numbers = numbers_of(key)
    if numbers and set(numbers) <= set(numbers_of(text)):
        return True
    wanted = content_words(key) or words_of(key)
    known = words_of(text)
    held = sum(covers(known, word) or _joined(known, word) for word in wanted)
    return bool(wanted) and held >= (len(wanted) if len(wanted) < _LONG_KEY else _TOLD * len(wanted))


def _joined(known: Sequence[str], word: str) -> bool:
    """`spacedrepetition` is no secret where `spaced repetition` stands, nor `timeout` beside `time out`."""
    return len(word) > 5 and any(same_word(one + other, word) for one, other in pairwise(known))


def normal_form(text: str) -> str:
    """`text` in lower case without articles, punctuation and markup: equal forms are one answer."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    words = " ".join(_NOT_WORD.sub(" ", plain).split())
    return _ARTICLE.sub("", words)
