"""Follow-up questions: "and on a Mac?" is completed from the question before, by rules that a reader can foretell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.answering.conversation import Turn
from kb.answering.words import content_words, words_of

_GOES_ON = re.compile(
    r"^(?:and|but|or|so|then|ok(?:ay)?|und|aber|oder|y|et)\b[,\s]*|^(?:(?:and |und )?(?:what|how|was ist|wie ist es) (?:about|mit|bei))\s+",
    re.IGNORECASE,
)
_MYSELF = re.compile(r"\b(?:I|we|ich|wir|je|nous)\b")  # "What may I bring?" names no subject of its own
_IDENTITY = re.compile(
    r"^(?i:(?:and|und|et|y)\s+)?(?i:who|wer|qui|quién)(?i:'s| is| was| are| ist| war| est| es| era)\s+(?=[^\W\d_a-z])"
)
_WHO = re.compile(r"^(?:who|wer|qui|quién)\b", re.IGNORECASE)
_WH = re.compile(
    r"^(?:who|whom|whose|when|where|why|how(?: (?:many|much|long|old|often|far|big|so))?|which|what|since when|"
    r"wer|wann|wo|warum|wieso|wie|was|welche[rs]?|seit wann)\b",
    re.IGNORECASE,
)
# "… and am I going?"
_WHETHER = re.compile(
    r"^(?:am|are|was|were|do|did|can|could|may|must|should|will|would|have|bin|sind|war|waren|habe|haben|kann|können|muss|"
    r"müssen|soll|sollen|darf|dürfen|werde|werden)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^(?:on|in|at|for|with|without|from|to|by|under|over|before|after|during|since|of|as|"
    r"auf|für|mit|ohne|von|bei|unter|nach|vor|seit|aus|als|im|am)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:he|she|him|his|hers?|er|ihm|ihn|seine?[rmns]?)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|its|they|them|their|theirs)\b|\b(?:this|that|these|those)\b(?=\s*(?:[?.!]|$|is\b|are\b|was\b|were\b|do\b|"
    r"does\b|did\b|mean\b|work\b|help\b|matter\b))|\b(?:dies|diese|davon|dafür|damit|dazu)\b(?=\s*(?:[?.!]|$|ist\b|sind\b))",
    re.IGNORECASE,
)
_POSSESSIVE = frozenset(
    ["its", "their", "theirs", "his", "hers", "seine", "seiner", "seinem", "seinen", "seines"]
)
_HER_OWN = re.compile(
    r"\bher\s+(?!(?:in|on|at|to|for|with|from|by|about|when|if|that|and|or|the|an?|my|your|now|then)\b)\w",
    re.IGNORECASE,
)
# "Which daily tablet does …", "how many tins of paint did …": the tablet, the paint.
_COUNTED_OFF = re.compile(
    r"^(?:which|what|how (?:much|many)(?: [\w-]+ of)?)\s+(?P<thing>(?!of\b)[\w-]+(?: [\w-]+){0,2}?)\s+"
    r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should)\b|"
    r"^(?:welche[rsnm]?|wie viele?)\s+(?P<ding>[\w-]+)\s+(?=[a-zäöü])",
    re.IGNORECASE,
)
_IS_NAME = re.compile(r"^(?:[A-Z][^\s]*(?:\s|$))+")
_NO_NAMES = frozenset(
    "I I'm I've I'd Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July "
    "August September October November December Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split()
)
_FIRST_OWNER = re.compile(r"^(?P<name>[^\W\d_a-z][\w.-]*(?:\s[^\W\d_a-z][\w.-]*){0,2})['’]s\b")
_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[^\W\d_a-z][\w.-]*(?:\s+(?:[^\W\d_a-z][\w.-]*|\d[\w.]*))*")
_OF_MINE = re.compile(
    r"\b(?:my|our|mein\w{0,2}|unser\w{0,2}|mon|ma|notre|mi|nuestr[oa])\s+[\w-]+", re.IGNORECASE
)  # "my manager"
_LEAD = re.compile(
    r"^(?:what|who|where|when|why|how|which)\s+(?:is|are|was|were|do|does|did|can|could|should)\s+|"
    r"^(?:explain|define|describe)\s+|^(?:was|wer|wo|wie|warum)\s+(?:ist|sind|war)\s+",
    re.IGNORECASE,
)
# "How much did the paint cost?" is about the paint.
_MEASURED = re.compile(
    r"^how (?:much|many|long|often|far|old|big|heavy)(?: \w+)? (?:did|does|do|is|are|was|were|will) (?P<thing>.{2,40}?) "
    r"(?:cost|take|last|weigh|need|measure|hold|run)s?$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:an?|the|der|die|das|eine?)\s+", re.IGNORECASE)
_COMMON_NOUN = re.compile(r"^(?:the|an?|le|la|les|un|une|el|los|las|una)\s+[^\W\d_A-Z]|^l['’][^\W\d_A-Z]")
_THE_THING = re.compile(r"\b(?:the|an?|der|die|das|eine?)\s+[^,;]+$", re.IGNORECASE)
_FEW = 2  # content words that a question may have and still be no more than a rest of one
_SHORT = 6  # words of what a question asks after


@dataclass(frozen=True, slots=True)
class StandaloneQuestion:
    """A question that can be understood alone."""

    text: str
    reason: str = ""  # what was completed; empty for a question that stands alone as it is


def rewrite_follow_up(
    text: str, history: Sequence[Turn], titles: Callable[[], Iterable[str]]
) -> StandaloneQuestion:
    """Complete `text` from the turn before, if it cannot stand alone. `titles` are names that the notes know.

    Only questions and names of the turn before are used, never its passages, so that no answer can come from them.
    """
    asked = " ".join(text.split())
    if not history:
        return StandaloneQuestion(asked)
    last = history[-1]
    before = last.question.rstrip("?？ .!")
    rest = _GOES_ON.sub("", asked).rstrip("?？ .!")
    goes_on = rest != asked.rstrip("?？ .!")
    if person := _PERSON.search(rest):
        # "Who is Karim? When is his birthday?" goes on about Karim, "Who buys it? What does she pay?" about the buyer.
        asked_for = _named(before) if _IDENTITY.match(before) else []
        if not asked_for and not _named(last.answer) and _WHO.match(before):
            return _completed(f"{before}: {rest}")  # whoever is meant is not named in the question before
        names = asked_for or _named(last.answer) or _named(before) or _OF_MINE.findall(before)
        if names and not _named(rest):
            return _completed(_put(rest, person, names[0]))
    if (thing := _THING.search(rest)) and (topic := _counted_off(before) or _topic(before, titles())):
        return _completed(_put(rest, thing, topic))
    lead = _WH.match(rest)
    if lead and len(content_words(rest[lead.end() :])) == 0 and len(words_of(rest)) <= _FEW + 1:
        remaining = _LEAD.sub("", before) if _LEAD.match(before) else _WH.sub("", before).strip()
        return _completed(f"{rest} {remaining}")
    if (
        (lead or _WHETHER.match(rest))
        and _MYSELF.search(rest)
        and len(content_words(rest)) <= 1
        and not _named(rest)
        and (topic := _object(before) or _topic(before, titles()))
    ):
        return _completed(f"{topic}: {rest}")
    if not goes_on or lead or len(content_words(rest)) > 2 * _FEW:
        return StandaloneQuestion(asked)
    if preposition := _PREPOSITION.match(rest):
        chunk = re.search(rf"\b{re.escape(preposition[0])}\s+[^,;]+$", before, re.IGNORECASE)
        return _completed(before[: chunk.start()] + rest if chunk else f"{before} {rest}")
    topic = _topic(before, titles())
    if topic in _named(before) and _COMMON_NOUN.match(rest):
        return _completed(f"{before}: {rest}")  # what it asks of is the same, what it asks is another
    if topic and topic in before and len(content_words(topic)) <= _FEW and not _MYSELF.match(topic):
        new = rest if _ARTICLE.match(topic) else _ARTICLE.sub("", rest)
        if re.search(rf"{re.escape(topic)}['’]s", before):  # "their guarantee?", "and Tam's?"
            new = re.sub(r"['’]s$", "", new)
        return _completed(before.replace(topic, new))
    return _completed(f"{before}: {rest}")


def _topic(question: str, titles: Iterable[str]) -> str:
    """What `question` is about, in its own words: the longest title it names, else its last name, else its object."""
    lower = f" {question.casefold()} "
    best = ""
    for title in titles:
        place = (
            re.search(rf"(?<!\w){re.escape(title.casefold())}(?:s|es)?(?!\w)", lower)
            if len(title) > 2
            else None
        )
        if place and len(place[0]) > len(best):
            best = question[place.start() - 1 : place.end() - 1]
    if best:
        return best
    if measured := _MEASURED.match(question):
        return measured["thing"]
    if names := _named(question):
        return names[-1]
    if _LEAD.match(question):
        return _LEAD.sub("", question)
    thing = _THE_THING.search(question)
    return thing[0] if thing else " ".join(content_words(question))


def _object(question: str) -> str:
    """What a short question asks after, "the exam of the school" in "When is the exam of the school"; empty for others."""
    rest = _LEAD.sub("", question)
    return rest if rest != question and len(rest.split()) <= _SHORT else ""


def _counted_off(question: str) -> str:
    """What a question asks to tell from others or to count; empty where it asks for neither."""
    asked = _COUNTED_OFF.match(question)
    if not asked:
        return ""
    thing = asked["thing"] or asked["ding"]
    return thing if _IS_NAME.match(thing) else f"the {thing}"


def _named(text: str) -> list[str]:
    """The names in `text`; "I" and days are none."""
    owner = _FIRST_OWNER.match(text)
    names = [owner["name"]] if owner else []
    return names + [name for name in _NAME.findall(text) if name.split()[0] not in _NO_NAMES]


def _put(rest: str, pronoun: re.Match[str], name: str) -> str:
    owns = pronoun[0].casefold() in _POSSESSIVE or _HER_OWN.match(rest, pronoun.start())
    own = name + "'s" if owns else name
    return rest[: pronoun.start()] + own + rest[pronoun.end() :]


def _completed(text: str) -> StandaloneQuestion:
    question = " ".join(text.split()) + "?"
    question = question[0].upper() + question[1:]
    return StandaloneQuestion(question, f"follows on from the question before: {question}")
