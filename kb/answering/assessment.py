"""Do the notes hold the answer, and where: as the trained reader sees it, or by rules over words without it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from kb.answering.answer import Quote
from kb.answering.evidence.quotes import numbered, quote_of, text_of_notes, uncovered_terms
from kb.answering.evidence.reader_evidence import EvidenceReader
from kb.answering.evidence.sentences import Evidence, choose_quotes, find_evidence
from kb.answering.gates.answerability import MIN_CONFIDENCE_TO_RETRY, combine_log_odds, confidence
from kb.answering.gates.names import missing_names
from kb.answering.generation.draft import breadcrumb
from kb.answering.question.question import Question
from kb.answering.question_part import QuestionPart
from kb.answering.tools import Tools
from kb.models.language_model import Cancellation


class Assessment:
    """Gate A, for one question at a time."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    @cached_property
    def reader(self) -> EvidenceReader | None:
        """What reads sections; None where the trained reader is missing or damaged."""
        tools = self._tools
        if tools.reader is None:
            return None
        return EvidenceReader(
            tools.reader, tools.catalog.passages_of, tools.catalog.day_names().day_of, tools.encoder
        )

    def assess(self, part: QuestionPart, sides: Sequence[str], about: str) -> None:
        """Give `part` its evidence and confidence.

        `sides` are what a comparison as a whole compares, `about` is the side that a part of it is about.
        """
        if self.reader is None:
            self._by_words(part)
        else:
            self._by_reader(self.reader, part, sides, about)

    def _by_words(self, part: QuestionPart) -> None:
        found = find_evidence(part.question, part.new, self._tools.encoder)
        part.evidence = sorted([*part.evidence, *found], key=lambda evidence: -evidence.score)
        part.confidence = confidence(part.question, part.evidence)

    def _by_reader(
        self, reader: EvidenceReader, part: QuestionPart, sides: Sequence[str], about: str
    ) -> None:
        """As the reader sees it, over all that was found so far."""
        limit = self._tools.settings.quotes
        rows = reader.compare(part.question, sides, part.hits, self._tools.today) if sides else None
        found = rows or reader.find(part.question, part.intent, part.hits, part.period, limit, about)
        if part.mended and found.confidence < self._tools.settings.threshold:
            other = reader.find(part.mended, part.intent, part.hits, part.period, limit, about)
            found = max(found, other, key=lambda item: item.confidence)
        if found.confidence > part.confidence or not part.evidence:
            part.found, part.confidence = found, found.confidence
            part.evidence = found.all

    def asks_verifier(self, part: QuestionPart, quotes: Sequence[Quote]) -> bool:
        """Whether the verifier is to be asked of `quotes`: `part` is not hopeless, and it was not asked of just these."""
        return part.confidence >= MIN_CONFIDENCE_TO_RETRY and _texts(quotes) != part.verified_on

    def ask_verifier(
        self, part: QuestionPart, quotes: Sequence[Quote], cancellation: Cancellation | None
    ) -> None:
        """Let the verifier, if there is one, say whether `quotes` answer `part`."""
        if (verifier := self._tools.verifier) is not None:
            part.verified = verifier.answers(part.question.text, quotes, cancellation)
            part.verified_on = _texts(quotes)

    def weigh_verifier(self, part: QuestionPart) -> bool:
        """Count what the verifier said of `part` into its confidence; False where it said nothing, or `part` is hopeless."""
        if part.verified is None or part.confidence < MIN_CONFIDENCE_TO_RETRY:
            return False
        part.confidence = combine_log_odds(part.confidence, part.verified)
        return True

    def message(self, part: QuestionPart) -> str:
        """The confidence of `part` and what it rests on, for a person."""
        message = f"confidence {part.confidence:.2f} (needs {self._tools.settings.threshold:.2f})"
        if part.evidence:
            message += f"; best: {breadcrumb(quote_of(1, part.evidence[0]))}"
            if part.evidence[0].short:
                message += f"; the answer it finds: “{part.evidence[0].short[:80]}”"
        return message

    def chosen(self, part: QuestionPart, limit: int) -> list[Evidence]:
        """The best evidence of `part`, at most `limit`."""
        return part.evidence[:limit] if self.reader is not None else choose_quotes(part.evidence, limit)

    def closest(self, parts: Sequence[QuestionPart]) -> tuple[Quote, ...]:
        """The passages that come closest, where none is sure to answer."""
        if self.reader is None:
            return ()
        evidence = sorted((item for part in parts for item in part.evidence), key=lambda item: -item.score)
        return tuple(numbered(evidence[: self._tools.settings.quotes]))

    def missing(self, question: Question, quotes: Sequence[Quote]) -> tuple[str, ...]:
        """What the question names that neither the quotes nor, to the reader, their notes mention."""
        if self.reader is None:
            return uncovered_terms(question, quotes)
        return missing_names(question.text, text_of_notes(self._tools.catalog, quotes))


def _texts(quotes: Sequence[Quote]) -> tuple[str, ...]:
    return tuple(quote.text for quote in quotes)
