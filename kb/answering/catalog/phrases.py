"""How people ask about the notes themselves: the forms of such questions, in English and German."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from kb.answering.words import same_word

HOW_MANY = re.compile(
    r"^how many notes?\b(?: (?:do i have|have i(?: written| got)?|are there|did i write))?"
    r"(?P<rest>[^?]*)|^wie ?viele notizen\b(?: (?:habe ich|gibt es))?(?P<rest_de>[^?]*)",
    re.IGNORECASE,
)
WHICH_NOTES = re.compile(
    r"^(?:which|what|list(?: all)?|show(?: me)?(?: all)?)(?: of)?(?: my| the)? notes\b(?: (?:do i have|have i|are|are there|that|which))*"
    r"(?P<rest>[^?]*)|^welche(?: meiner)? notizen\b(?P<rest_de>[^?]*)",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"^what(?: has| have)?(?: notes)? (?:changed|been changed|is new|was new)\b(?: in my notes)?(?P<rest>[^?]*)|"
    r"^what(?: have| did) i (?:change|changed|edit|edited)\b"
    r"(?P<rest_i>[^?]*)|^was (?:hat sich|habe ich)\b(?P<rest_de>[^?]*?)(?: geändert| bearbeitet)(?=\?|$)",
    re.IGNORECASE,
)
WHEN = re.compile(
    r"^when did i (?:last |first )?(?:write|note|create|start|add|change|edit|update)\b(?: down)?"
    r"(?: (?:the|my|a) notes?\b)?(?: (?:about|on|for|called|named|in)\b)?(?P<rest>[^?]+)",
    re.IGNORECASE,
)
WHICH_THINGS = re.compile(
    r"^(?:which|what|list(?: all)?(?: of)?(?: my| the)?)\s+(?P<things>[^?]{3,40}?)\s*"
    r"(?:(?:have|did|do) i (?:noted?|have|know|collect(?:ed)?|list(?:ed)?|written? (?:about|down)|read|keep|kept)"
    r"|(?:are|is) (?:there )?in my notes|do my notes (?:name|mention|list|have))\b[^?]*\??$"
    r"|^list (?:all |all my |my |all the |the )(?P<listed>[^?]{3,40}?)\??$",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"^\s*(?:that |which )?(?:(?P<tag>(?:are |is )?(?:tagged|with (?:the )?tags?)(?: (?:as|with))?)|(?P<link>link(?:s|ing)? to)|"
    r"(?P<folder>(?:are |is )?in (?:the )?folder)|(?P<word>mention(?:s|ing)?|contain(?:s|ing)?|with the words?|"
    r"(?:are |is )?(?:about|on|zu|über)))\s+(?P<value>.+)$",
    re.IGNORECASE,
)
LEADING = re.compile(r"^(?:in|on|since|from|seit|am|im|about|the)\s+", re.IGNORECASE)
HAS = re.compile(
    r"^\s*(?:that |which )?(?:have|has|with|whose) (?:an? |the )?(?P<property>\w[\w-]*)\s*(?:is |of |[=:])?\s*(?P<value>[^?]+)",
    re.IGNORECASE,
)


def rest_of(match: re.Match[str]) -> str:
    """What follows the words of the form: what the question is about."""
    return next((text for text in match.groupdict().values() if text is not None), "")


def same_name(one: Iterable[str], other: Sequence[str]) -> bool:
    """Whether two names are the same but for inflection."""
    mine = list(one)
    return bool(mine) and len(mine) == len(other) and all(map(same_word, mine, other))


def stretch_of_time(first: date, last: date) -> str:
    """The days from `first` to `last` in words."""
    return f"on {first}" if first == last else f"from {first} to {last}"
