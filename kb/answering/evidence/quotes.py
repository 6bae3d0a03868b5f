"""From evidence to quotes, and what can be said of them without a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.answering.answer import AnswerSentence, Quote
from kb.answering.evidence.sentences import Evidence
from kb.answering.generation.draft import breadcrumb
from kb.answering.question.question import Question
from kb.answering.words import covers, words_of
from kb.indexing.catalog import Catalog

_TELLING = 0.2  # share of a question's meaning from which a word that no quote holds is worth naming


def quote_of(number: int, evidence: Evidence) -> Quote:
    """`evidence` as the quote of this number."""
    return Quote(
        number=number,
        path=evidence.passage.note_path,
        line=evidence.line,
        span=evidence.span,
        title=evidence.passage.title,
        heading_path=(*evidence.passage.heading_path, *([evidence.under] if evidence.under else [])),
        quote=evidence.source,
        text=evidence.text,
        relevance=evidence.score,
        date=evidence.day.isoformat() if evidence.day else "",
        short=evidence.short,
        place=evidence.passage.place,
    )


def numbered(evidence: Iterable[Evidence]) -> list[Quote]:
    """All of `evidence` as quotes, from 1."""
    return [quote_of(number, one) for number, one in enumerate(evidence, start=1)]


def quote_verbatim(quote: Quote, before: str = "") -> AnswerSentence:
    """A sentence that is the quote itself, with what is to be said before it."""
    return AnswerSentence(before + quote.text, supported=True, citations=(quote.number,), verdict="quoted")


def uncovered_terms(question: Question, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """The telling words of `question` that stand neither in the quotes nor above them; neighbours as one."""
    known = set(words_of(" ".join(f"{breadcrumb(quote)} {quote.text}" for quote in quotes)))
    missing: list[str] = []
    before = ""
    for word in words_of(question.text):
        lacks = question.weights.get(word, 0.0) >= _TELLING and not covers(known, word)
        if lacks and before:
            missing[-1] += f" {word}"
        elif lacks:
            missing.append(word)
        before = word if lacks else ""
    return tuple(dict.fromkeys(missing))


def text_of_notes(catalog: Catalog, quotes: Sequence[Quote]) -> str:
    """All that the notes of `quotes` hold, titles and headings too."""
    paths = dict.fromkeys(quote.path for quote in quotes)
    passages = (passage for path in paths for passage in catalog.passages_of(path))
    return "\n".join(
        f"{passage.title} {' '.join(passage.heading_path)} {passage.text}" for passage in passages
    )
