"""The facts of a note that make good questions, found by rules alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.plugin_api import (
    Block,
    Note,
    Sentence,
    Span,
    content_words,
    plain_text,
    same_word,
    split_sentences,
    words_of,
)
from kb_plugins.quiz.item import NO_TERMS, Item, make_item
from kb_plugins.study.card import GAP
from kb_plugins.study.shapes import DEFINES, GUIDES, ORDERS, POINTS_BACK, POINTS_ELSEWHERE

_PROSE = ("paragraph", "list", "quote", "callout", "definition")
_WORTH = {"definition": 0.75, "highlight": 0.6, "bold": 0.6}
_MIN_WORDS = 5  # content words that must be left around a gap
_MAX_SENTENCE = 320  # characters
_MAX_TERM = 5  # words of a term
_HIGHLIGHT = re.compile(r"(?<![=`])==(?P<key>[^\s=`](?:[^=`\n]{0,58}[^\s=`])?)==(?![=`])")
_BOLD = re.compile(r"(?<![\w*])\*\*(?P<key>[^*\n]{2,50})\*\*(?![\w*])")
_DEFINITION = re.compile(
    r"^(?:(?:an?|the|eine?|der|die|das)\s+)?(?P<term>[^\W_][^\s.,;:!?]*(?:\s+[^\s.,;:!?]+){0,4}?)\s+"
    r"(?P<verb>is|are|means|stands for|refers to|ist|sind|bedeutet|bezeichnet|steht für)\s+"
    r"(?P<rest>(?:an?|the|one|any|how|what|when|where|each|every|eine?n?r?|der|die|das|dem|den|wie|was|wenn)\s.{24,})$",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\d\.\d|[\[\]`]")
_PRAISE = re.compile(
    r"(?:is|are|ist|sind)\s+(?:one of|the (?:ideal|best|perfect|right|most|closest)|an? (?:powerful|great|good|nice|simple|strong|solid|"
    r"easy|toggleable|topic)|ein\w* (?:de[rs]|gut\w*|mächtig\w*))\b",
    re.IGNORECASE,
)
_ITEM_WITHIN = re.compile(r"\n[ \t>]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_NAMED_BEFORE = re.compile(
    r"(?:\b(?:called|named|known as|termed|terms?|words?|referred to as|genannt|heißt|heißen|bezeichnet als|appelée?s?|llamad[oa]s?)\s+"
    r"(?:an?\s+|the\s+|as\s+|die\s+|der\s+|das\s+)?[\"“„]?)$",
    re.IGNORECASE,
)


def rule_items(note: Note) -> Iterator[Item]:
    """What the rules find in `note`; of rules that find the same words the first asks best."""
    yield from _in_sentences(note)


def _in_sentences(note: Note) -> Iterator[Item]:
    names = [
        note.title,
        *note.aliases,
        *(link.label or link.target for link in note.links if link.kind == "wiki"),
    ]
    for block in _blocks(note, _PROSE):
        for sentence in split_sentences(note.text, block.span):
            raw = note.text[sentence.span.start : sentence.span.end]
            if "::" in raw or _ITEM_WITHIN.search(raw):
                continue  # a flashcard, a property, or several items in one
            item = next(
                (
                    item
                    for rule in (_definition, _highlight, _bold)
                    for item in rule(note, block, sentence, raw, names)
                ),
                None,
            )
            if item:
                yield item


def _definition(note: Note, block: Block, sentence: Sentence, raw: str, names: list[str]) -> Iterator[Item]:
    """`X is …` where X is what the note, a heading, a link or bold print names."""
    match = _DEFINITION.match(sentence.text)
    if (
        not match
        or sentence.text.endswith("!")
        or not _stands_alone(sentence.text)
        or _PRAISE.match(sentence.text[match.start("verb") :])
    ):
        return
    term = match["term"]
    named = [*names, *block.heading_path, *(_plain(bold["key"]) for bold in _BOLD.finditer(raw))]
    if not _is_term(term) or not any(_same_term(term, name) for name in named):
        return
    start = raw.find(term)
    if start < 0 or raw.count(term) != 1:
        return
    span = Span(sentence.span.start + start, sentence.span.start + start + len(term))
    rest = sentence.text[match.start("verb") :]
    if len(content_words(rest)) >= _MIN_WORDS:
        yield from _made(note, "definition", "cloze", f"{GAP} {rest}", span, sentence.span, block, "term")


def _highlight(note: Note, block: Block, sentence: Sentence, raw: str, _names: list[str]) -> Iterator[Item]:
    for match in _HIGHLIGHT.finditer(raw) if not GUIDES.search(raw) else ():
        yield from _gap(note, "highlight", block, sentence, raw, match.span("key"), "")


def _bold(note: Note, block: Block, sentence: Sentence, raw: str, _names: list[str]) -> Iterator[Item]:
    for match in _BOLD.finditer(raw):
        key = match["key"]
        # Bold print stresses; it names only what the sentence says it names.
        before, after = raw[: match.start()], raw[match.end() :]
        is_named = bool(_NAMED_BEFORE.search(before))
        is_subject = bool(DEFINES.match(after.lstrip())) and not before.strip(" *_")
        is_whole = (
            _stands_alone(sentence.text) and not _VERSION.search(key) and not ORDERS.match(sentence.text)
        )
        if (is_subject or is_named) and is_whole and _is_term(key):
            yield from _gap(note, "bold", block, sentence, raw, match.span("key"), "")


def _gap(
    note: Note,
    rule: str,
    block: Block,
    sentence: Sentence,
    raw: str,
    place: tuple[int, int],
    family: str,
) -> Iterator[Item]:
    """The sentence with a gap where the key stands."""
    text = " ".join(plain_text(raw[: place[0]] + "\ue000" + raw[place[1] :]).replace("\ue000", GAP).split())
    text = text.replace(f"**{GAP}**", GAP).replace(f"=={GAP}==", GAP)
    if (
        text.count(GAP) != 1
        or len(content_words(text.replace(GAP, " "))) < _MIN_WORDS
        or len(text) > _MAX_SENTENCE
    ):
        return
    span = Span(sentence.span.start + place[0], sentence.span.start + place[1])
    yield from _made(note, rule, "cloze", text, span, sentence.span, block, family)


def _made(
    note: Note,
    rule: str,
    kind: str,
    question: str,
    span: Span,
    source: Span,
    block: Block,
    family: str = "",
    place: Iterable[str] | None = None,
) -> Iterator[Item]:
    heading_path = tuple(block.heading_path if place is None else place)
    worth = _WORTH[rule]
    item = make_item(note, rule, kind, question, span, source, heading_path, family, worth)  # type: ignore[arg-type]
    if item:
        yield item


def _blocks(note: Note, kinds: Iterable[str]) -> Iterator[Block]:
    return (block for block in note.blocks if block.kind in kinds)


def _plain(markdown: str) -> str:
    return " ".join(plain_text(markdown).split())


def _stands_alone(text: str) -> bool:
    """Whether a sentence can be understood without the one before it."""
    return (
        not POINTS_BACK.match(text)
        and not POINTS_ELSEWHERE.search(text)
        and not GUIDES.search(text)
        and (text[:1].isalnum() or text[:1] in "\"“„'(")
        and len(text) <= _MAX_SENTENCE
        and not text.rstrip().endswith(("?", "？", ":", "："))
    )


def _is_term(text: str) -> bool:
    words = words_of(_plain(text))
    return (
        0 < len(words) <= _MAX_TERM
        and len(_plain(text)) > 2
        and any(word not in NO_TERMS and not word.isdigit() for word in content_words(_plain(text)))
        and not _plain(text).endswith((".", "!", "?", ":"))
        and not POINTS_BACK.match(_plain(text))
    )


def _same_term(one: str, other: str) -> bool:
    mine, theirs = content_words(one), content_words(_plain(other))
    return (
        bool(mine)
        and len(mine) == len(theirs)
        and all(same_word(first, second) for first, second in zip(mine, theirs, strict=True))
    )
