"""Gate C: is a sentence supported by the quotes? Decided by code, sentence by sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.answer import AnswerSentence, Quote
from kb.answering.gates.attribution import counts_another, misattributed_item
from kb.answering.gates.negation import contradicts, polarity
from kb.answering.gates.opposites import OPPOSITES, SYNONYMS
from kb.answering.generation.draft import breadcrumb
from kb.answering.question.question import Question
from kb.answering.words import (
    content_words,
    covers,
    measures_of,
    numbers_of,
    quantities_of,
    same_word,
    words_of,
)
from kb.text.function_words import FUNCTION_WORDS

# What may stand in a sentence without standing in its quotes: words that state nothing by themselves.
_STATING_NOTHING = frozenset(
    "also called compared following include includes included including is located located mentioned named namely note notes "
    "respectively specifically stated states according answer makes make well heißt genannt namens befindet laut "
    "appelé appelée nommé situé selon llamado llamada situado según".split()
)
_NAME = re.compile(r"(?<!^)(?<![.!?:]\s)\b[^\W\d_a-z][\w-]+")
_MONTH = re.compile(
    r"^(?:January|February|April|June|July|August|September|October|November|December)\b"  # begins the sentence
)

_PASSIVE = re.compile(r"\b(?:by|von|durch|por|par)\b")
_NUMBERED = re.compile(r"(?<![^\W\d_])([^\W\d_]++)\s++(\d++)")  # "Chapter 7"
_THAN = re.compile(r"\bthan\b")
_CLAUSE = re.compile(r"[;:.!?]\s")
_ROUNDS = 3
_NEAR = 4  # content words between which a quote says who does what


@dataclass(frozen=True, slots=True)
class _Support:
    """What one quote offers a sentence."""

    number: int
    words: frozenset[str]
    numbers: frozenset[str]  # of the quote and the column names of its table
    above_numbers: frozenset[str]  # of title and headings
    told: tuple[str, ...]  # its content words in order
    above: str  # where it stands: title and headings
    quoted: str
    text: str  # both


def verify(sentence: str, question: Question, quotes: Sequence[Quote]) -> AnswerSentence:
    """`sentence` with its verdict and the numbers of the quotes that carry it."""
    offers = [_support(quote) for quote in quotes]
    fault = _fault(sentence, question, offers)
    if fault:
        return AnswerSentence(text=sentence, supported=False, citations=(), verdict=fault)
    wanted = question.kind in ("number", "date") and any(question.kind_found(quote.text) for quote in quotes)
    if wanted and not question.kind_found(sentence):
        return AnswerSentence(sentence, supported=False, citations=(), verdict=f"gives no {question.kind}")
    cited = _citations(sentence, offers)
    chosen = [offer for offer in offers if offer.number in cited]
    others = [offer for offer in offers if offer.number not in cited]
    fault = (
        _another_subject(sentence, question, chosen, others)
        or _contradiction(sentence, chosen)
        or _recombination(sentence, question, chosen)
    )
    if fault:
        return AnswerSentence(text=sentence, supported=False, citations=(), verdict=fault)
    return AnswerSentence(text=sentence, supported=True, citations=cited, verdict="supported")


def _support(quote: Quote) -> _Support:
    above = breadcrumb(quote)
    text = f"{above} {quote.text}"
    return _Support(
        number=quote.number,
        words=frozenset(words_of(text)),
        numbers=frozenset(quantities_of(quote.text)),
        above_numbers=frozenset(quantities_of(above)),
        told=tuple(_told(quote.text)),
        above=above,
        quoted=quote.text,
        text=text,
    )


def _fault(sentence: str, question: Question, offers: Sequence[_Support]) -> str:
    """Why no quote can carry `sentence`, or nothing."""
    known_words = frozenset().union(*(offer.words for offer in offers))
    known_numbers = frozenset().union(*(offer.numbers for offer in offers))
    for number in quantities_of(sentence):
        if number not in known_numbers and not _asked_above(number, question, offers):
            return f"the number {number} is not in the quotes"
    known_measures = measures_of(" ".join(offer.text for offer in offers))
    for number, units in measures_of(sentence).items():
        if (known := known_measures.get(number)) and not units <= known:
            return f"the quotes give {number} another unit"
    asked = words_of(question.text)
    for name in (*_NAME.findall(sentence), *_MONTH.findall(sentence)):
        # A name of the question alone is no excuse: it may be just what the notes do not speak of.
        if not all(covers(known_words, part) for part in words_of(name)):
            return f"the name {name} is not in the quotes"
    if _goes_round(sentence):
        return "repeats itself"
    words = content_words(sentence)
    told = [word for word in words if not covers(asked, word)]
    if not told:
        return "says nothing beyond the question"
    if not any(covers(known_words, word) for word in told):
        return "nothing it says is in the quotes"
    for word in words:
        if not _is_held(known_words, word):
            return f"the word {word!r} is not in the quotes"
    return ""


def _is_held(known: frozenset[str], word: str) -> bool:
    """Whether `word` stands in the quotes, states nothing, or has a word of the same meaning there."""
    if word in _STATING_NOTHING or covers(known, word):
        return True
    return any(word in group and any(covers(known, other) for other in group) for group in SYNONYMS)


def _asked_above(number: str, question: Question, offers: Sequence[_Support]) -> bool:
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


def _citations(sentence: str, offers: Sequence[_Support]) -> tuple[int, ...]:
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


def _another_subject(
    sentence: str, question: Question, cited: Sequence[_Support], others: Sequence[_Support]
) -> str:
    """Whether the first thing that a sentence names comes from a quote other than those it rests on."""
    first = next(iter(content_words(sentence)), "")
    known = (*words_of(question.text), *(word for offer in cited for word in offer.words))
    if first and not covers(known, first) and any(covers(offer.words, first) for offer in others):
        return f"{first!r} belongs to a different quote"
    return ""


def _contradiction(sentence: str, offers: Sequence[_Support]) -> str:
    """Why the cited quotes speak against `sentence`, or nothing."""
    if not offers:
        return "not supported by any quote"
    said = frozenset(words_of(sentence))
    held = frozenset().union(*(offer.words for offer in offers))
    if contradicts(polarity(sentence), polarity(". ".join(offer.text for offer in offers))):
        return "contradicts the quote"
    for one, other in OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            if _any_form(said, mine) and not _any_form(held, mine) and _any_form(held, theirs):
                return "says the opposite of the quote"
    if any(_turned_round(sentence, offer) for offer in offers):
        return "swaps who does what"
    return ""


def _recombination(sentence: str, question: Question, cited: Sequence[_Support]) -> str:
    """Whether the quotes say what `sentence` says of something else, or not of what was asked."""
    quotes = [(offer.above, offer.quoted) for offer in cited]
    if item := counts_another(sentence, quotes):
        return f"the quotes give no count of {item}"
    if item := misattributed_item(sentence, question.text, quotes):
        return f"the quotes say {item!r} of something else"
    known = frozenset().union(*(offer.words for offer in cited))
    for word in content_words(sentence):
        if not _is_held(known, word):
            return f"the quotes don't mention {word!r}"
    return ""


def _turned_round(sentence: str, offer: _Support) -> bool:
    """Whether three words that follow each other in `sentence` stand in the quote in just the opposite order.

    "B is larger than A" for "A is larger than B"; a passive in one of them turns the words and keeps the meaning.
    """
    if bool(_PASSIVE.search(sentence)) != bool(_PASSIVE.search(offer.text)):
        return False
    if (mine := _sides(sentence)) and (theirs := _sides(offer.text)):
        (less, more), (worse, better) = mine, theirs
        if any(covers(better, word) for word in less - more) and any(
            covers(worse, word) for word in more - less
        ):
            return not any(covers(worse, word) for word in less - more)
    said = _told(sentence)
    for first, middle, last in zip(said, said[1:], said[2:], strict=False):
        places = [
            [place for place, word in enumerate(offer.told) if same_word(word, wanted)]
            for wanted in (first, middle, last)
        ]
        if all(len(place) == 1 for place in places):
            one, two, three = (place[0] for place in places)
            if three < two < one and one - three <= _NEAR:
                return True
    return False


def _sides(text: str) -> tuple[set[str], set[str]] | None:
    """The content words after and before the "than" of a comparison; None where there is none, or several."""
    sides = _THAN.split(text)
    if len(sides) != 2:
        return None
    return set(_told(_CLAUSE.split(sides[1])[0])), set(_told(_CLAUSE.split(sides[0])[-1]))


def _told(text: str) -> list[str]:
    return [word for word in words_of(text) if word not in FUNCTION_WORDS]


def _any_form(words: frozenset[str], wanted: frozenset[str]) -> bool:
    return any(covers(words, word) for word in wanted)
