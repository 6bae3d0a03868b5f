"""Questions that ask for several things: each is looked for, and answered or refused, by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from kb.answering.conversation import Turn
from kb.answering.question.follow_up import rewrite_follow_up
from kb.answering.words import content_words

_MOST = 4  # parts of a question that are answered
_COMPARISONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bdifferences? (?:is there |are there )?between (?P<one>.{1,200}?) and (?P<other>[^?]+)",
        r"\bcompare (?P<one>.{1,200}?) (?:and|with|to) (?P<other>[^?]+)",
        r"^how (?:do|does|is|are) (?P<one>.{1,200}?) (?:differ|different) from (?P<other>[^?]+)",
        r"^(?P<one>[^?]{2,60}?) (?:vs\.?|versus) (?P<other>[^?]+)",
        r"\bunterschiede? (?:gibt es )?zwischen (?P<one>.{1,200}?) und (?P<other>[^?]+)",
        r"\bvergleiche (?P<one>.{1,200}?) (?:und|mit) (?P<other>[^?]+)",
        r"\bdifférences? (?:y a-t-il )?entre (?P<one>.{1,200}?) et (?P<other>[^?]+)",
        r"\bcompare[rz]? (?P<one>.{1,200}?) (?:et|avec|à) (?P<other>[^?]+)",
        r"\bdiferencias? (?:hay )?entre (?P<one>.{1,200}?) y (?P<other>[^?]+)",
        r"(?:比较)?(?P<one>[^，。？?]{1,20})[和与跟](?P<other>[^，。？?]{1,20}?)(?:有什么|有何|之间)?(?:的)?(?:区别|不同|差别)",
    )
)
# "Was it faster at 30 or at 50 degrees?": each side is asked by the question with that side alone.
_EITHER = re.compile(
    r"\b(?:which|what|whose|who|is|are|was|were|did|do|does)\b[^?]{0,80}?(?:,|:|\bmore\b[^?]{0,80}? in|\bat) (?P<one>[^,?]{2,50}?) or (?:in |at )?(?P<other>[^?]+)",
    re.IGNORECASE,
)
# "How did my weight change between April and June?"
_CHANGES = (
    re.compile(
        r"^(?:how|how much|by how much)\s(?:much\s)?(?:did|has|have)\s(?P<what>[^?]{2,80}?)\s"
        r"(?:chang|develop|evolv|grow|ris|increas|fall|drop|decreas|differ|improv|mov)\w*\s"
        r"(?:between|from)\s(?P<one>[^?]{2,50}?)\s(?:and|to|till|until)\s(?P<other>[^?]+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"^wie (?:viel |sehr )?(?:hat|haben) sich (?P<what>[^?]{2,80}?) (?:zwischen|von) (?P<one>[^?]{2,50}?) (?:und|bis|auf) "
        r"(?P<other>[^?]+?) (?:ver\w+|entwickelt)",
        re.IGNORECASE,
    ),
)
# "Larch or oak: which lasts longer?"
_EITHER_FIRST = re.compile(
    r"^(?P<one>[^?,:]{2,40}?) (?:or|against|oder|ou|o) (?P<other>[^?,:–]{2,40}?)\s*[:,–-]\s*(?P<rest>\S[^?]*)",
    re.IGNORECASE,
)
_QUESTIONS = re.compile(r"(?<![^?？])[^?？]++[?？]")
# "When is the exam and where?": what follows goes on from what is before.
_ALSO_ASKS = re.compile(
    r"(?:,|(?<!\s))\s++(?:and|und|et|y)\s++(?=(?:since when|until when|how (?:much|many|long|often)|who|whom|when|where|why|how|what|which|"
    r"wer|wem|wann|wo|warum|wie|was|welche[nrs]?|qui|quand|où|pourquoi|comment|combien|quel(?:le)?s?|"
    r"quién|cuándo|dónde|por qué|cómo|cuánto|qué|cuál|"
    r"(?:am|is|are|was|were|do|does|did|can|could|may|must|should|will|would|have|has) (?:I|we|you|he|she|it|they|there)|"
    r"(?:bin|ist|sind|war|habe|haben|hat|kann|können|muss|müssen|soll|darf|will|wird) (?:ich|wir|er|sie|es))\b)",
    re.IGNORECASE,
)
_WH_ALONE = re.compile(
    r"^(?:who|when|where|why|how|what|wer|wann|wo|warum|wie|was|qui|quand|où|pourquoi|comment|quién|cuándo|dónde|cómo|qué)$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:an?|the|der|die|das|den|dem|eine?[nmr]?)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked for."""

    text: str  # a question of its own
    label: str  # what it asks for, in the asker's words


@dataclass(frozen=True, slots=True)
class SubQuestions:
    """A question taken apart; a single part for most."""

    kind: Literal["single", "several", "comparison"]
    parts: tuple[Part, ...]


def _bare(side: str) -> str:
    return _ARTICLE.sub("", side)


def _sides(found: re.Match[str], form: Callable[[str], str], most: int) -> list[str]:
    """Both sides of a comparison, put in `form`; none where one says nothing or has more than `most` words."""
    sides = [form(found[name].strip(" ?!.,")) for name in ("one", "other")]
    return sides if all(content_words(side) and len(side.split()) <= most for side in sides) else []


def _comparison(text: str, sides: list[Part]) -> SubQuestions:
    return SubQuestions("comparison", (Part(text, text), *sides))


def _several_subjects(parts: list[str]) -> list[str]:
    """ "When and where is the exam?": the first asks of what the last names."""
    if len(parts) > 1 and _WH_ALONE.match(parts[0]):
        rest = re.sub(r"^\S+\s+", "", parts[-1])
        parts = [f"{parts[0]} {rest}", *parts[1:]]
    return [part if part.endswith(("?", "？")) else f"{part}?" for part in parts] if len(parts) > 1 else parts


def decompose(question: str, names: Callable[[], Iterable[str]] = tuple) -> SubQuestions:
    """The things that `question` asks for: for a comparison itself and its two sides, one for each of several questions, else itself.

    `names` are those that the notes know: what a pronoun of a later question may stand for.
    """
    text = question.strip()
    for pattern in _COMPARISONS:
        if (found := pattern.search(text)) and (sides := _sides(found, _bare, most=8)):
            return _comparison(text, [Part(f"What is {side}?", side) for side in sides])
    if (found := _EITHER.search(text)) and (sides := _sides(found, str, most=8)):
        start, end = found.start("one"), found.end("other")
        return _comparison(text, [Part(f"{text[:start]}{side}{text[end:]}", side) for side in sides])
    for pattern in _CHANGES:
        if (found := pattern.search(text)) and (sides := _sides(found, str, most=8)):
            return _comparison(text, [Part(f"{found['what']} {side}?", side) for side in sides])
    if (found := _EITHER_FIRST.search(text)) and (sides := _sides(found, _bare, most=5)):
        rest = found["rest"].strip()
        return _comparison(text, [Part(f"{rest} {side}?", side) for side in sides])
    several = [part.strip() for part in _QUESTIONS.findall(text)]
    if len(several) < 2:
        several = [part.strip() for part in _ALSO_ASKS.split(text)]
        several = _several_subjects(several)
    if len(several) > 1 and (content_words(several[0]) or _WH_ALONE.match(several[0])):
        whole = several[:1]
        for part in several[1:_MOST]:
            # "Who said it? And when?": each may go on from the one before.
            whole.append(rewrite_follow_up(part, [Turn(whole[-1], "")], names).text)
        return SubQuestions("several", tuple(map(Part, whole, several)))
    return SubQuestions("single", (Part(text, text),))
