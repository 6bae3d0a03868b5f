"""The parts of a fact: what the learner may have said while the rest is still missing, and of what kind each is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.plugin_api import content_words, covers, day_in, quantities_in, words_of
from kb_plugins.quiz.forms import is_name, parts_of
from kb_plugins.quiz.item import Item

_CLAUSE = re.compile(
    r"(?<=[.;!。；！])\s++|(?<=[。；！])|(?<!\s)\s*+[,，]\s++(?=(?:but|and|so that|because|which|while|whereas|or|yet|aber|und|sondern|weil|damit|"
    r"während|mais|et|parce que|pour|afin|pero|y|porque|para)\b)|(?<!\s)\s++(?=(?:but|because|so that|whereas|while|weil|damit|sondern|"
    r"parce que|afin|porque|para que)\b)|(?<!\s)\s++(?:and|und|et|y)\s++(?=(?:the|an?|its?|they|some|der|die|das|ein\w*|le|la|les|une?|el|los|las)\b)|[，,](?=但|而|因为|所以)",
    re.IGNORECASE,
)
_BEGINS = (
    (
        "reason",
        re.compile(r"(?:because|since|as it|weil|denn|da |parce que|puisque|porque|因为)", re.IGNORECASE),
    ),
    ("purpose", re.compile(r"(?:so that|in order to|to |damit|um |afin|pour |para |为了)", re.IGNORECASE)),
    (
        "contrast",
        re.compile(
            r"(?:but|unlike|while|whereas|yet|however|aber|sondern|während|anders als|mais|tandis|pero|sino|但|而)",
            re.IGNORECASE,
        ),
    ),
    ("condition", re.compile(r"(?:if|when|unless|wenn|falls|si |cuando|quand|如果|当)", re.IGNORECASE)),
    (
        "example",
        re.compile(
            r"(?:such as|for example|e\.g|zum beispiel|z\. ?b|par exemple|por ejemplo|例如|比如)",
            re.IGNORECASE,
        ),
    ),
)
_OF_RULE = {"cause": "reason", "contrast": "contrast", "steps": "steps", "members": "members"}
_DIMENSIONS = {
    "second": "time",
    "share": "share",
    "dollar": "money",
    "euro": "money",
    "pound": "money",
    "yuan": "money",
}
_YEAR = re.compile(r"(?:in |the year |im jahr |en )?[12]\d{3}$", re.IGNORECASE)
_FEWEST = 2  # content words of a part of a statement
_TERM = 4  # words up to which an answer is a term


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a fact says."""

    text: str  # as in the note, plain
    category: str  # a name of the table `category`
    count: int = 0  # words of a term, or parts of a list


def parts_of_fact(item: Item) -> tuple[Part, ...]:
    """The parts of what `item` asks for; one where it cannot be parted."""
    asked = words_of(item.question or item.stem)
    texts = parts_of(item.key) or [
        text for text in _clauses(item.key) if not all(covers(asked, word) for word in content_words(text))
    ]
    return tuple(_part(text) for text in texts) if len(texts) > 1 else (whole_of(item),)


def whole_of(item: Item) -> Part:
    """All that `item` asks for as one part."""
    lines = parts_of(item.key)
    rule = _OF_RULE.get(item.rule, "")
    if rule in ("steps", "members") or len(lines) > 2:
        return Part(item.key, rule if rule in ("steps", "members") else "members", len(lines) or 2)
    part = _part(item.key)
    return Part(item.key, rule, 0) if rule and part.category == "statement" else part


def _clauses(text: str) -> list[str]:
    found: list[str] = []
    for piece in (piece.strip() for piece in _CLAUSE.split(" ".join(text.split())) if piece):
        if not piece:
            continue
        if found and (len(content_words(piece)) < _FEWEST or len(content_words(found[-1])) < _FEWEST):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def _part(text: str) -> Part:
    bare = text.strip(" .,;，。；")
    words = content_words(bare)
    quantities = [one for one in quantities_in(bare) if not one.is_article]
    if day_in(bare) and len(words) <= 5:
        return Part(bare, "day")
    if _YEAR.match(bare):
        return Part(bare, "year")
    if quantities and len(words) <= _TERM:
        dimension = quantities[0].dimension
        return Part(bare, _DIMENSIONS.get(dimension, "measure" if dimension else "number"))
    for category, pattern in _BEGINS:
        if pattern.match(bare):
            return Part(bare, category)
    if is_name(bare):
        return Part(bare, "name")
    count = len(bare.split())
    if count <= _TERM and bare.isascii():
        return Part(bare, "word" if count == 1 else "term", count)
    return Part(bare, "statement")
