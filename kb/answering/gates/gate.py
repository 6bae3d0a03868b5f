"""What a check of gate C is given, and what it says: a sentence of a language model, and the quotes that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.answering.answer import Quote
from kb.answering.gates.opposites import STATING_NOTHING, SYNONYMS
from kb.answering.generation.draft import breadcrumb
from kb.answering.question.question import Question
from kb.answering.words import covers, quantities_of, words_of
from kb.text.function_words import FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class Offer:
    """What one quote offers a sentence."""

    number: int
    words: frozenset[str]
    numbers: frozenset[str]  # of the quote and the column names of its table
    above_numbers: frozenset[str]  # of title and headings
    content: tuple[str, ...]  # its content words in order
    above: str  # where it stands: title and headings
    quoted: str
    text: str  # both


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that is to be checked."""

    sentence: str
    question: Question
    cited: Sequence[Offer]  # what it rests on: quotes that hold all its words, one at least

    @property
    def quotes(self) -> list[tuple[str, str]]:
        """Place and text of what it rests on."""
        return [(offer.above, offer.quoted) for offer in self.cited]

    @property
    def known(self) -> frozenset[str]:
        """The words of what it rests on."""
        return frozenset().union(*(offer.words for offer in self.cited))


Gate = Callable[[Claim], str]  # why the sentence cannot stand; empty where it may


def offer_of(quote: Quote) -> Offer:
    """What `quote` offers a sentence."""
    above = breadcrumb(quote)
    text = f"{above} {quote.text}"
    return Offer(
        number=quote.number,
        words=frozenset(words_of(text)),
        numbers=frozenset(quantities_of(quote.text)),
        above_numbers=frozenset(quantities_of(above)),
        content=tuple(said_words(quote.text)),
        above=above,
        quoted=quote.text,
        text=text,
    )


def is_held(known: frozenset[str], word: str) -> bool:
    """Whether `word` stands in the quotes, states nothing, or has a word of the same meaning there."""
    if word in STATING_NOTHING or covers(known, word):
        return True
    return any(word in group and any(covers(known, other) for other in group) for group in SYNONYMS)


def said_words(text: str) -> list[str]:
    """The words of `text` in their order, without function words."""
    return [word for word in words_of(text) if word not in FUNCTION_WORDS]
