"""Signs in the wording of a sentence for how much it says, alone and of its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What such a pronoun stands for is told by the heading or the item above, if nothing else comes between.
STANDS_FOR_HEADING = re.compile(
    r"(?:it|its|they|their|he|she|this(?= (?:is|was|means|can|makes|has|works|helps|lets)\b)|es|er|sie|dies(?:es)?(?= (?:ist|war|macht)\b)|"
    r"il|elle|ils|elles)\b",
    re.IGNORECASE,
)
DECISION = re.compile(
    r"\b(?:decid\w+|decision|agreed|conclu\w+|in short|overall|therefore|because|must|never|always|entschieden|beschlossen|"
    r"vereinbart|fazit|deshalb|weil|immer|décidé|conclusion|parce que)\b",
    re.IGNORECASE,
)
# What follows from the sentences before it, and says so of a thing that it names.
CONCLUDES = re.compile(
    r"(?:so|thus|hence|therefore|deshalb|daher|also|donc|por eso),? (?!(?:it|he|she|they|this|that|these|those|there|i|we|you|far|is|are|"
    r"much|many|es|er|sie|das|dies\w*|ist|sind|kann|il|elle|cela)\b)",
    re.IGNORECASE,
)
FIGURE = re.compile(r"\d\s?%|\b[12]\d{3}\b|\d,\d{3}\b")
OF_EXAMPLES = re.compile(
    r"(?:an? )?examples?\b|in plain words|anecdote|beispiele?\b|am rande|exemples?\b", re.IGNORECASE
)
# Asides of the writer, and where or since when something is to be had.
ASIDE = re.compile(
    r"^(?:let \S+ be\b|as far as i|for details|introduced in|added in|since \w+ \d|if in doubt|note that|consider \w+ing|newer|some users|"
    r"more (?:on|kinds|in)\b|there are some (?:more )?)|\bthough,|\bboth (?:got|had|were)\b|"
    r"\b(?:tell|told|ask|turned|call|use) (?:it|this|them|these)\b|\b(?:Ctrl|Cmd|Alt)\+",
    re.IGNORECASE,
)
SOMEBODY = re.compile(r"\b(?:he|she|his|her|him|adding it|replaces it)\b", re.IGNORECASE)
NAMED = re.compile(r"\b[A-ZÄÖÜ][a-zäöüß]{2,}")
IS_LINK = re.compile(r"\s*+(?:(?:[-*+]|\d+[.)])\s*+)?!?(?:\[\[[^\]]*\]\]|\[[^\]]*\]\([^)]*\))\s*$")
SUMS_UP = re.compile(
    r"summary|conclusions?|key points|tl;?dr|zusammenfassung|fazit|résumé|resumen", re.IGNORECASE
)
OPEN = re.compile(r"\b(?:open|questions?|unclear|todo|to do|offene?|fragen?|unklar)\b", re.IGNORECASE)
CARD = re.compile(r"[^\n:`]{3,200}:::?\S|\w[\w ]*::\s")
STRESS = re.compile(r"\*\*[^*\n]+\*\*|==[^=\n]+==")
CAPTION = re.compile(r"!\[|<\w")
MIN_WORDS, MAX_CHARACTERS = 4, 360


def says_something(text: str, raw: str, words: Sequence[str]) -> bool:
    """Whether a sentence (`raw` as it stands in the note, `words` its content words) states something."""
    return (
        len(words) >= MIN_WORDS
        and len(text) <= MAX_CHARACTERS
        and not text.endswith(("?", ":", "？", "："))
        and not CARD.match(raw)
        and "[ ]" not in raw[:6]
        and "://" not in raw
        and not CAPTION.search(raw)
        and not (text.startswith("(") and text.rstrip(".")[-1:] != ")")
    )
