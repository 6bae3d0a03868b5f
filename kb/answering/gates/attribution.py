"""Whether a sentence puts together what its quotes say of different things.

"The second busiest airport is San Diego", when the quote says that of another airport and names San Diego after a
semicolon: every word is in the quote, and yet the sentence is false.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.answering.gates.gate import Claim
from kb.answering.words import content_words, covers, numbers_of, quantities_of, words_of
from kb.text.function_words import FUNCTION_WORDS

_CLAUSE_END = re.compile(r"(?<=[.!;:])\s+|\n+|;")  # what follows a question mark belongs to the question
_CAPITALISED = re.compile(r"\b[^\W\d_a-z][\w-]+")
_TOKEN = re.compile(r"\d[\d.,]*|[^\W\d_][\w'-]*")


def misattributed_item(claim: Claim) -> str:
    """Refuses what its quotes say of another thing."""
    item = _misattributed(claim.sentence, claim.question.text, claim.quotes)
    return f"the quotes say {item!r} of something else" if item else ""


def _misattributed(sentence: str, question: str, quotes: Sequence[tuple[str, str]]) -> str:
    """A name or number of `sentence` that the quotes tell of something else than what was asked; empty for none.

    `quotes` are pairs of place and text. Looked for are clauses that hold more of what the sentence takes from the
    question than any clause with that name or number does.
    """
    asked = words_of(question)
    taken = [word for word in content_words(sentence) if covers(asked, word)]
    clauses = [
        (clause, sum(not covers(above, word) and covers(words_of(clause), word) for word in taken))
        for place, text in quotes
        for above in [words_of(place)]
        for clause in _CLAUSE_END.split(text)
        if clause.strip()
    ]
    most = max((held for _, held in clauses), default=0)
    for item in _names_and_numbers(sentence, question):
        own = [held for clause, held in clauses if _holds(clause, item)]
        if own and max(own) < most:
            return item
    return ""


def counts_another(claim: Claim) -> str:
    """Refuses a number of things of which the quotes tell another number."""
    item = _other_count(claim.sentence, claim.quotes)
    return f"the quotes give no count of {item}" if item else ""


def _other_count(sentence: str, quotes: Sequence[tuple[str, str]]) -> str:
    """A number of `sentence` with what it counts, of which the quotes tell another number; empty for none."""
    known = [pair for _, text in quotes for pair in _counted(text)]
    for number, (first, *_) in ((number, after) for number, after in _counted(sentence) if after):
        mine = [after for other, after in known if other == number]
        if (
            mine
            and not any(covers(after, first) for after in mine)
            and any(covers(after, first) for other, after in known if other != number)
        ):
            return f"{number} {first}"
    return ""


def _names_and_numbers(sentence: str, question: str) -> list[str]:
    """The names and numbers of `sentence` that are not the question's."""
    asked = words_of(question)
    names = [name.casefold() for name in _CAPITALISED.findall(sentence)]
    return [
        *(number for number in numbers_of(sentence) if number not in numbers_of(question)),
        *(name for name in names if name not in FUNCTION_WORDS and not covers(asked, name)),
    ]


def _holds(clause: str, item: str) -> bool:
    return item in quantities_of(clause) if item[0].isdigit() else covers(words_of(clause), item)


def _counted(text: str) -> list[tuple[str, list[str]]]:
    """Each number of `text`, in digits or in words, with the content words among the two after it."""
    tokens = _TOKEN.findall(text.casefold())
    return [
        (
            quantity,
            [
                word
                for word in tokens[place + 1 : place + 3]
                if word[0].isalpha() and word not in FUNCTION_WORDS
            ],
        )
        for place, token in enumerate(tokens)
        for quantity in quantities_of(token)
    ]
