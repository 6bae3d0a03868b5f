"""What the reader found, as sentences: blocks of the notes as they stand, or what a model says of them where that may stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb.answering.answer import AnswerSentence, Quote
from kb.answering.events import Step
from kb.answering.evidence.quotes import quote_verbatim
from kb.answering.gates.yes_no import answer_word
from kb.answering.generation.draft import breadcrumb
from kb.answering.generation.phrasing import Phrasing
from kb.answering.question_part import QuestionPart, key_of, place_of
from kb.reading.reader import Reader
from kb.text.days import entry_day


def block_answers(
    part: QuestionPart, quotes: Sequence[Quote], label: str, reader: Reader, phrasing: Phrasing | None
) -> Iterator[AnswerSentence | Step]:
    """The answer to `part` from its blocks among `quotes`, each after `label`.

    With `phrasing`, the model's sentences come instead where one of them stands.
    """
    places = {place_of(item) for item in part.found.own}
    own = [quote for quote in quotes if key_of(quote) in places]
    # A side of a comparison is answered by neither word.
    verdict = "" if label else _yes_or_no(part, own, reader)
    if phrasing and len(own) == 1:
        yield Step("Phrasing the answer", phrasing.model)
        checked = list(phrasing.sentences(part.question, own))
        first = next((number for number, sentence in enumerate(checked) if sentence.supported), None)
        if first is not None:
            checked[first] = replace(checked[first], text=f"{verdict}{checked[first].text}")
        yield from checked
        if first is not None:
            return
    same = {place_of(item) for item in part.found.same}
    others = tuple(quote.number for quote in quotes if key_of(quote) in same)
    before = f"{label}{verdict}{_count(part, own)}"
    for number, quote in enumerate(own):
        said = quote_verbatim(quote, (label if number else before) + _day(part, quote))
        if number and part.found.compares:  # the rows of a table stand below its header once
            said = replace(said, text=said.text.rpartition("\n")[2])
        yield said if number else replace(said, citations=(*said.citations, *others))


def _day(part: QuestionPart, quote: Quote) -> str:
    """The day of an entry, where entries of several days are told and it does not begin with its own."""
    days = {place_of(item): item.day for item in part.found.own} if part.found.by_day else {}
    day = days.get(key_of(quote))
    return f"{day.isoformat()}: " if day and entry_day(quote.text) is None else ""


def _count(part: QuestionPart, own: Sequence[Quote]) -> str:
    """How many the quotes list, where that was asked for; on a line of its own above what takes several."""
    if part.found.number is None:
        return ""
    return f"{part.found.number}:" + ("\n" if any("\n" in quote.text for quote in own) else " ")


def _yes_or_no(part: QuestionPart, own: Sequence[Quote], reader: Reader) -> str:
    if not part.intent.is_yes_no or not own:
        return ""
    premise = f"{breadcrumb(own[0])}\n{own[0].text}"
    word = answer_word(part.question.text, own[0].text, reader.supports([(part.question.text, premise)])[0])
    return f"{word}: " if word else ""
