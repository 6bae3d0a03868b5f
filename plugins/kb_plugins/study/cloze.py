"""Gaps that people mark in a text: `==gap==`, `{{gap}}` and `**gap**`, with hints and numbers.

The forms are those of the flashcard plugins for Obsidian, and Anki's: `==gap==^[hint][^1]`, `==1;;gap;;hint==`,
`{{c1::gap::hint}}`. Gaps of one number are asked together; letters (`[^ash]`) tell for each card in turn whether a
gap is asked, shown or hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.plugin_api import Span

_GAP = re.compile(
    r"(?P<open>(?<!=)={2,3}(?![\s=])|\{\{(?!\s)|(?<![\w*])\*\*(?![\s*]))"
    r"(?P<inner>(?:(?!==|\*\*|\}\}|\{\{)[^\r\n])+?)(?<!\s)"
    r"(?P<close>={2,3}(?!=)|\}\}|\*\*(?!\*))"
    r"(?P<hint>\^\[[^\[\]\r\n]*\])?(?P<number>\[\^(?:\d+|[ash]+)\])?"
)
_CLOSING = {"=": "=", "{": "}", "*": "*"}
_INNER = re.compile(
    r"(?:c?(?P<number>\d+|[ash]+)(?P<mark>;;|::))?(?P<key>.+?)(?:(?:;;|::)(?P<hint>(?:(?!;;|::).)+))?$"
)
_MACRO = re.compile(
    r"(?:embed|query|video|youtube|renderer|tweet|cards?|function|date|time|title)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Gap:
    """One marked gap."""

    whole: Span  # with all its marks
    key: Span
    hint: str
    number: str  # digits, letters of a, s and h, or empty
    is_explicit: bool  # its form says that it is a gap and no emphasis


@dataclass(frozen=True, slots=True)
class Asked:
    """One card of a text with gaps."""

    gaps: tuple[Gap, ...]  # to be filled in
    hidden: tuple[Gap, ...]  # left out of the question without being asked


def gaps_of(masked: str, span: Span, free: bool) -> list[Gap]:
    """The gaps within `span`; where nothing says that a note holds cards (`free`), only those of an explicit form."""
    found = []
    for match in _GAP.finditer(masked, span.start, span.end):
        if _CLOSING[match["open"][0]] != match["close"][0]:
            continue
        inner = _INNER.match(match["inner"])
        if inner is None or (match["open"] == "{{" and _MACRO.match(match["inner"])):
            continue
        # Only braces take Anki's colons; a highlighted `std::vector` is one gap.
        colons = match["open"] != "{{" and inner["mark"] != ";;" and ";;" not in match["inner"]
        key = (
            match.span("inner")
            if colons
            else tuple(match.start("inner") + place for place in inner.span("key"))
        )
        number = (match["number"] or "")[2:-1] or ("" if colons else inner["number"] or "")
        hint = (match["hint"] or "")[2:-1] or ("" if colons else inner["hint"] or "")
        is_explicit = bool(match["hint"] or match["number"] or (not colons and (number or hint)))
        if free or is_explicit:
            found.append(Gap(Span(*match.span()), Span(key[0], key[1]), hint.strip(), number, is_explicit))
    return found


def cards_of(gaps: Sequence[Gap]) -> list[Asked]:
    """What is asked together: gaps of one number, else each by itself."""
    if any(gap.number and not gap.number.isdigit() for gap in gaps):
        return list(_overlapping(gaps))
    cards: dict[str, list[Gap]] = {}
    for place, gap in enumerate(gaps):
        cards.setdefault(gap.number or f"gap {place}", []).append(gap)
    return [Asked(tuple(some), ()) for some in cards.values()]


def _overlapping(gaps: Sequence[Gap]) -> list[Asked]:
    count = max(len(gap.number) for gap in gaps)
    cards = []
    for place in range(count):
        acts = [(gap, gap.number[place : place + 1] or "s") for gap in gaps]
        asked = tuple(gap for gap, act in acts if act == "a")
        if asked:
            cards.append(Asked(asked, tuple(gap for gap, act in acts if act == "h")))
    return cards
