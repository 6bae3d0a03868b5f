"""Reads the parts of a question: what each asks for, of when, and what it may have been meant to be written as."""

from __future__ import annotations

from collections.abc import Iterator

from kb.answering.question.intent import intent_of
from kb.answering.question.question import read_question
from kb.answering.question.spelling import correct
from kb.answering.question_part import QuestionPart
from kb.answering.tools import Tools
from kb.indexing.catalog_queries import CatalogQueries
from kb.text.periods import find_period


class PartsReader:
    """Knows the words and names of the notes."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def part(self, label: str, text: str) -> QuestionPart:
        """The part of a question that `text` asks, called `label` where there are several."""
        retriever = self._tools.retriever
        question = read_question(text, retriever.document_frequency, retriever.passage_count())
        return QuestionPart(label, question, intent_of(text), find_period(text, self._tools.today))

    def mend(self, part: QuestionPart) -> str:
        """Give `part` its question with slips mended, if it seems to have some; returns what was changed."""
        mended = correct(part.question.text, CatalogQueries(self._tools.catalog))
        if mended.changes:
            part.mended = self.part(part.label, mended.text).question
        return mended.reason

    def names(self) -> Iterator[str]:
        """Titles and aliases of all notes."""
        for names in self._tools.catalog.names():
            yield from (names.title, *names.aliases)

    def is_name(self, text: str) -> bool:
        """Whether a note bears all of `text` as its name."""
        asked = text.strip().casefold()
        return any(name.casefold() == asked for name in self.names())
