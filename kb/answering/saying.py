"""An answer's sentences: blocks of the notes as they stand, or what a language model says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.answering.answer import AnswerSentence, Quote, Style
from kb.answering.block_answers import block_answers
from kb.answering.events import Step
from kb.answering.evidence.quotes import quote_verbatim
from kb.answering.generation.phrasing import Phrasing
from kb.answering.question.language import question_language
from kb.answering.question_part import QuestionPart, quotes_of
from kb.answering.tools import IndexLag, Tools
from kb.indexing.catalog import Catalog
from kb.indexing.embedding_model import DEFAULT, MULTILINGUAL
from kb.text.language import ENGLISH, UNCERTAIN


def sentences_of(
    parts: Sequence[QuestionPart],
    quotes: Sequence[Quote],
    tools: Tools,
    style: Style,
    phrasing: Phrasing,
    *,
    labelled: bool,
) -> Iterator[AnswerSentence | Step]:
    """What answers `parts`, from `quotes`; `labelled` where each is a side of a comparison."""
    if (reader := tools.reader) is not None:
        may_phrase = tools.prose and style != "quotes"
        for part in parts:
            label = f"{part.label}: " if labelled else ""
            yield from block_answers(part, quotes, label, reader, phrasing if may_phrase else None)
    elif labelled:
        for part in parts:
            yield quote_verbatim(quotes_of(part, quotes)[0], f"{part.label}: ")
    elif style == "quotes":
        yield from map(quote_verbatim, quotes)
    else:
        yield Step("Phrasing the answer", phrasing.model)
        for part in parts:
            own = quotes_of(part, quotes)
            checked = list[AnswerSentence]()
            for sentence in phrasing.sentences(part.question, own):
                checked.append(sentence)
                yield sentence
            if not any(sentence.supported for sentence in checked):
                # The best quote is an answer that cannot be wrong about the note.
                yield quote_verbatim(own[0])


def last_day(catalog: Catalog, path: str) -> str:
    """The last day that the note at `path` says it is of, else when its file was changed; in ISO form."""
    note = next(note for note in catalog.notes() if note.path == path)
    return [note.file_day, *note.stated_days][-1].isoformat()


def reason_of_nothing(lag: IndexLag, passages: int, is_near: bool) -> str:
    """Why no answer was found, of `passages` in the index."""
    if lag.changed:
        return "out of step"
    if lag.pending:
        return "not indexed"
    if not passages:
        return "no notes"
    return "not covered" if is_near else "nothing found"


def advice_on_language(question: str, catalog: Catalog) -> str:
    """What to say when a question that found nothing is in a language which the index's model does not know; else empty."""
    language = question_language(question)
    if catalog.meta("embedding_source") != DEFAULT or language in ("en", ENGLISH, UNCERTAIN):
        return ""
    return (
        f"Your notes are indexed with {DEFAULT}, which knows only English. To ask in other languages, run: "
        f"kb config set embedding.model {MULTILINGUAL}, and then: kb index"
    )
