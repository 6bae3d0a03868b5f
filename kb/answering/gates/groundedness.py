"""Gate C: is a sentence supported by the quotes? Decided by code, sentence by sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kb.answering.answer import AnswerSentence, Quote
from kb.answering.gates.attribution import counts_another, misattributed_item
from kb.answering.gates.gate import Claim, Gate, Offer, is_held, offer_of
from kb.answering.gates.negation import contradicts, polarity
from kb.answering.gates.opposites import OPPOSITES
from kb.answering.gates.order import swaps_sides
from kb.answering.question.question import Question
from kb.answering.words import (
    content_words,
    covers,
    numbers_of,
    quantities_of,
    words_of,
)
from kb.text.quantities import quantities_in, same_quantity

_NAME = re.compile(r"(?<!^)(?<![.!?:]\s)\b[^\W\d_a-z][\w-]+")
_MONTH = re.compile(
    r"^(?:January|February|April|June|July|August|September|October|November|December)\b"  # begins the sentence
)

_NUMBERED = re.compile(r"(?<![^\W\d_])([^\W\d_]++)\s++(\d++)")  # "Chapter 7"
_ROUNDS = 3


def check_groundedness(sentence: str, question: Question, quotes: Sequence[Quote]) -> AnswerSentence:
    """`sentence` with its verdict and the numbers of the quotes that carry it."""
    offers = [offer_of(quote) for quote in quotes]
    fault = _fault(sentence, question, offers)
    if fault:
        return AnswerSentence(text=sentence, supported=False, citations=(), verdict=fault)
    wanted = question.kind in ("number", "date") and any(question.kind_found(quote.text) for quote in quotes)
    if wanted and not question.kind_found(sentence):
        return AnswerSentence(sentence, supported=False, citations=(), verdict=f"gives no {question.kind}")
    cited = _citations(sentence, offers)
    chosen = [offer for offer in offers if offer.number in cited]
    claim = Claim(sentence, question, chosen)
    fault = next(filter(None, (gate(claim) for gate in GATES)), "")
    if fault:
        return AnswerSentence(text=sentence, supported=False, citations=(), verdict=fault)
    return AnswerSentence(text=sentence, supported=True, citations=cited, verdict="supported")


def _fault(sentence: str, question: Question, offers: Sequence[Offer]) -> str:
    """Why no quote can carry `sentence`, or nothing."""
    known_words = frozenset().union(*(offer.words for offer in offers))
    known_numbers = frozenset().union(*(offer.numbers for offer in offers))
    for number in quantities_of(sentence):
        if number not in known_numbers and not _asked_above(number, question, offers):
            return f"the number {number} is not in the quotes"
    if other := _of_another_unit(sentence, offers):
        return f"the quotes give {other} another unit"
    asked = words_of(question.text)
    for name in (*_NAME.findall(sentence), *_MONTH.findall(sentence)):
        # A name of the question alone is no excuse: it may be just what the notes do not speak of.
        if not all(covers(known_words, part) for part in words_of(name)):
            return f"the name {name} is not in the quotes"
    if _goes_round(sentence):
        return "repeats itself"
    words = content_words(sentence)
    beyond = [word for word in words if not covers(asked, word)]
    if not beyond:
        return "says nothing beyond the question"
    if not any(covers(known_words, word) for word in beyond):
        return "nothing it says is in the quotes"
    for word in words:
        if not is_held(known_words, word):
            return f"the word {word!r} is not in the quotes"
    return ""


def _of_another_unit(sentence: str, offers: Sequence[Offer]) -> str:
    """A number of `sentence` whose unit is none that the quotes give the same number; empty for none."""
    known = [one for offer in offers for one in quantities_in(offer.text) if one.dimension]
    for quantity in quantities_in(sentence):
        same = [one for one in known if set(one.values) & set(quantity.values)]
        if quantity.dimension and same and not any(same_quantity(quantity, one) for one in same):
            return sentence[quantity.start : quantity.end]
    return ""


def _asked_above(number: str, question: Question, offers: Sequence[Offer]) -> bool:
    """Whether a number of a title or heading may stand in the answer: the question names it, or asks for just that."""
    if not any(number in offer.above_numbers for offer in offers):
        return False
    if number in quantities_of(question.text) or question.kind == "date":
        return True
    asked = words_of(question.text)
    numbered = (match for offer in offers for match in _NUMBERED.finditer(offer.above))
    return any(number in quantities_of(match[2]) and covers(asked, match[1].casefold()) for match in numbered)


def _goes_round(sentence: str) -> bool:
    """Whether three words in a row stand there three times: a small model may not find out of a phrase."""
    words = words_of(sentence)
    return any(count >= _ROUNDS for count in Counter(zip(words, words[1:], words[2:], strict=False)).values())


def _citations(sentence: str, offers: Sequence[Offer]) -> tuple[int, ...]:
    """The fewest quotes that together hold what `sentence` says, the one that holds most first."""
    missing = {*content_words(sentence), *numbers_of(sentence)}
    cited: list[int] = []
    while missing:
        holds = {
            offer.number: {item for item in missing if item in offer.numbers or covers(offer.words, item)}
            for offer in offers
            if offer.number not in cited
        }
        best = max(holds, key=lambda number: len(holds[number]), default=None)
        if best is None or not holds[best]:
            break
        cited.append(best)
        missing -= holds[best]
    return tuple(sorted(cited))


def _denies(claim: Claim) -> str:
    quoted = polarity(". ".join(offer.text for offer in claim.cited))
    return "contradicts the quote" if contradicts(polarity(claim.sentence), quoted) else ""


def _says_the_opposite(claim: Claim) -> str:
    said, held = frozenset(words_of(claim.sentence)), claim.known
    for one, other in OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            if _any_form(said, mine) and not _any_form(held, mine) and _any_form(held, theirs):
                return "says the opposite of the quote"
    return ""


def _any_form(words: frozenset[str], wanted: frozenset[str]) -> bool:
    return any(covers(words, word) for word in wanted)


# What a sentence that all quotes together could carry must pass, in this order; the first fault is told.
GATES: tuple[Gate, ...] = (
    _denies,
    _says_the_opposite,
    swaps_sides,
    counts_another,
    misattributed_item,
)
