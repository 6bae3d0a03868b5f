"""Questions that ask for several things: each is looked for, and answered or refused, by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kb.answering.conversation import Turn, understand
from kb.answering.words import content_words

_MOST = 4  # parts of a question that are answered
_COMPARISONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bdifferences? (?:is there |are there )?between (?P<one>.+?) and (?P<other>[^?]+)",
        r"\bcompare (?P<one>.+?) (?:and|with|to) (?P<other>[^?]+)",
        r"^how (?:do|does|is|are) (?P<one>.+?) (?:differ|different) from (?P<other>[^?]+)",
        r"^(?P<one>[^?]{2,60}?) (?:vs\.?|versus) (?P<other>[^?]+)",
        r"\bunterschiede? (?:gibt es )?zwischen (?P<one>.+?) und (?P<other>[^?]+)",
        r"\bvergleiche (?P<one>.+?) (?:und|mit) (?P<other>[^?]+)",
    )
)
_QUESTIONS = re.compile(r"[^?？]+[?？]")
_ARTICLE = re.compile(r"^(?:an?|the|der|die|das|den|dem|eine?[nmr]?)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked for."""

    text: str  # a question of its own
    label: str  # what it asks for, in the asker's words


@dataclass(frozen=True, slots=True)
class Parts:
    """A question taken apart; a single part for most."""

    kind: Literal["single", "several", "comparison"]
    parts: tuple[Part, ...]


def take_apart(question: str) -> Parts:
    """The things that `question` asks for: two for a comparison, one for each of several questions, else itself."""
    text = question.strip()
    for pattern in _COMPARISONS:
        if found := pattern.search(text):
            sides = [_ARTICLE.sub("", found[name].strip(" ?!.,")) for name in ("one", "other")]
            if all(content_words(side) and len(side.split()) <= 8 for side in sides):
                return Parts("comparison", tuple(Part(f"What is {side}?", side) for side in sides))
    several = [part.strip() for part in _QUESTIONS.findall(text)]
    if len(several) > 1 and content_words(several[0]):
        whole = several[:1]
        for part in several[1:_MOST]:
            # "Who said it? And when?": each may go on from the one before.
            whole.append(understand(part, [Turn(whole[-1], "")], lambda: ()).text)
        return Parts("several", tuple(map(Part, whole, several)))
    return Parts("single", (Part(text, text),))
