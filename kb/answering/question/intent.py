"""How much a question asks for: one thing, all of them, steps, a comparison, a number of them, yes or no; now or at first.

The words that say so stand in `intents.txt`, a line a language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kb.answering.words import content_words, words_of

_NAMES = (
    "steps",
    "all",
    "compare",
    "count",
    "latest",
    "earliest",
    "decided",
    "settled",
    "changed",
    "day",
    "state",
    "upcoming",
    "date named",
    "place named",
)
_YES_NO = re.compile(
    r"^(?:is|are|was|were|am|do|does|did|can|could|may|must|should|shall|will|would|has|have|had|isn't|aren't|doesn't|don't|didn't"
    r"|ist|sind|war|waren|bin|hat|habe|haben|hatte|kann|darf|muss|soll|wird|werden|braucht|gibt|kommt|geht"
    r"|est-ce|est|sont|était|a-t-|ai-je|as-tu|peut|puis-je|peux|dois|doit|faut-il|avons|avez"
    r"|¿?(?:es|son|está|están|fue|hay|puedo|puede|debo|tengo|tiene|he|ha|se puede))\b",
    re.IGNORECASE,
)
# "Which kitchens did we look at?", "what jobs are left"
_PLURAL = re.compile(
    r"\b(?:which|what)\s+(?:(?!(?:is|was|does|has|did|do|are|were)\b)[\w-]+\s+){0,2}?(?!(?:is|was|does|has|this|days?|times?)\b)\w{2,}[^\W\dsiu]s\b"
    r"(?!\s+(?:the|my|our|his|her|a|an)\b)",
    re.IGNORECASE,
)
# "Is it in March or in May?" is answered by neither word.
_CHOICE = re.compile(
    r"\s(?:or|oder|ou)\s(?!(?:not|so|nicht|non|something|anything|any)\b)|还是", re.IGNORECASE
)
_ANYTHING = "…"
_YES_NO_END = re.compile(r"(?:吗|么|嗎)[?？]?\s*$")


@dataclass(frozen=True, slots=True)
class Intent:
    """What kind of answer would satisfy a question."""

    wants_steps: bool = False
    wants_all: bool = False
    compares: bool = False
    counts: bool = False
    wants_latest: bool = False
    wants_earliest: bool = False
    asks_decision: bool = False
    asks_day: bool = False  # what happened, what was written: all that a day's notes tell
    asks_state: bool = False  # how something stands: what was written of it last
    is_yes_no: bool = False


def intent_of(question: str) -> Intent:
    """The intent of `question`, by its words."""
    text = question.strip()
    found = {name: pattern.search(text) is not None for name, pattern in _patterns().items()}
    return Intent(
        wants_steps=found["steps"],
        wants_all=found["all"] or _PLURAL.search(text) is not None,
        compares=found["compare"],
        counts=found["count"],
        wants_latest=found["latest"],
        wants_earliest=found["earliest"],
        asks_decision=found["decided"],
        asks_day=found["day"],
        asks_state=found["state"] and bool(subject_of_state(text)),
        is_yes_no=bool(_YES_NO.match(text) or _YES_NO_END.search(text))
        and not found["compare"]
        and not _CHOICE.search(text),
    )


def subject_of_state(question: str) -> list[str]:
    """The content words of what a question asks the state of: "how is the shed coming along" asks it of the shed."""
    found = _patterns()["state"].search(question)
    if found is None:
        return []
    phrase = next(p for p in _phrases()["state"] if re.fullmatch(_pattern(p), found[0], re.IGNORECASE))
    if _ANYTHING not in phrase:
        return content_words(question.replace(found[0], " "))
    said = words_of(phrase)
    return [word for word in content_words(question) if word not in said]


def tells_decision(text: str) -> bool:
    """Whether a note's words tell of a decision."""
    return any(_patterns()[name].search(text) for name in ("decided", "settled"))


def asks_ahead(question: str) -> bool:
    """Whether a question asks when something is or will be, not when it was."""
    return _patterns()["upcoming"].search(question) is not None


def names_kind(kind: str, text: str) -> bool:
    """Whether a line tells of the date, or of the place, by that word: "place: the boathouse", "the date moves to Sunday"."""
    name = f"{kind} named"
    found = _patterns()[name].search(text) if name in _NAMES else None
    return found is not None and (text[found.end() :].lstrip().startswith((":", "：")) or tells_change(text))


def tells_change(text: str) -> bool:
    """Whether a note's words tell that something is otherwise than before."""
    return _patterns()["changed"].search(text) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """For each intent, one pattern of all its words in all languages."""
    return {
        name: re.compile("|".join(map(_pattern, listed)), re.IGNORECASE)
        for name, listed in _phrases().items()
    }


@cache
def _phrases() -> dict[str, list[str]]:
    """For each intent its words in all languages."""
    phrases: dict[str, list[str]] = {name: [] for name in _NAMES}
    text = (files("kb.answering.question") / "intents.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        name, _, listed = line.partition(":")
        if name in phrases:
            phrases[name] += [phrase.strip() for phrase in listed.split("|") if phrase.strip()]
    return phrases


def _pattern(phrase: str) -> str:
    """A phrase as a pattern: whole words, but where its script has no spaces; "*" is the rest of a word, "…" a few words, "^" the beginning."""
    start = phrase.startswith("^")
    body = re.escape(phrase.removeprefix("^")).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
    body = body.replace(_ANYTHING, r".{1,60}?")
    if not phrase.isascii() and re.search("[\u3400-\u9fff]", phrase):
        return body
    return ("^" if start else r"\b") + body + (r"\b" if not phrase.endswith("*") else "")
