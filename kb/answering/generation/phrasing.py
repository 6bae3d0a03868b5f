"""What the language model says of quotes, sentence by sentence, each with its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property

from kb.answering.answer import AnswerSentence, Quote
from kb.answering.gates.groundedness import check_groundedness
from kb.answering.gates.yes_no import without_answer_word
from kb.answering.generation.draft import MAX_TOKENS, breadcrumb, prompt, select_for_prompt, sentences_of
from kb.answering.question.question import Question
from kb.answering.tools import Tools
from kb.answering.verifier.verifier import ENOUGH, Verifier
from kb.answering.words import content_words, covers, numbers_of, words_of
from kb.errors import KbError, ModelUnreachable, PromptTooLong
from kb.models.language_model import Cancellation, Options

_SHORT = 8  # words of an answer up to which a sentence must hold half of it
_DENIED = 0.8  # probability from which the reader's "contradicts" refuses a sentence
# Of a model that was there; a file that is missing or damaged is an error of whoever named it.
_FAILURES = (ModelUnreachable, PromptTooLong)


class Phrasing:
    """Asks the model for sentences and has them checked."""

    def __init__(self, tools: Tools, cancellation: Cancellation | None, most: int) -> None:
        self._tools = tools
        self._cancellation = cancellation
        self._most = most  # sentences of an answer
        self._has_failed = False

    @cached_property
    def model(self) -> str:
        """The name of the model; empty where a server that should tell it does not answer."""
        try:
            return self._tools.model.name
        except _FAILURES as error:
            self._fail(error)
            return ""

    def sentences(self, question: Question, quotes: Sequence[Quote]) -> Iterator[AnswerSentence]:
        """What the model says, sentence by sentence, each with the verdict of gate C.

        One that fails says no more; why is told, for the quotes are an answer without it.
        """
        if self._has_failed:
            return
        try:
            yield from self._sentences(question, select_for_prompt(question, quotes))
        except _FAILURES as error:
            self._fail(error)

    def _fail(self, error: KbError) -> None:
        self._has_failed = True
        self._tools.notice(f"Without the model: {error}")

    def _sentences(self, question: Question, quotes: Sequence[Quote]) -> Iterator[AnswerSentence]:
        verifier = self._tools.verifier
        if verifier is None:
            yield from self._checked(question, quotes)
        else:
            # The verifier may be the model itself, which cannot be asked before it has done.
            for sentence in list(self._checked(question, quotes)):
                yield self._verified(verifier, sentence, quotes)

    def _checked(self, question: Question, quotes: Sequence[Quote]) -> Iterator[AnswerSentence]:
        tools = self._tools
        options = Options(
            max_tokens=MAX_TOKENS, temperature=tools.generation.temperature, seed=tools.generation.seed
        )
        messages = prompt(question, quotes)
        said: set[str] = set()
        with closing(tools.model.stream(messages, options, self._cancellation)) as stream:
            for count, said_so in enumerate(sentences_of(stream), start=1):
                sentence = without_answer_word(said_so) or said_so
                words = content_words(sentence) or [sentence]
                if not all(covers(said, word) for word in words):
                    yield self._read(check_groundedness(sentence, question, quotes), quotes)
                said.update(words)
                if count == self._most:
                    return

    def _read(self, sentence: AnswerSentence, quotes: Sequence[Quote]) -> AnswerSentence:
        """`sentence`, refused where it lacks the answer that the reader found, or where the reader sees it denied."""
        cited = [quote for quote in quotes if quote.number in sentence.citations]
        if not sentence.supported or not cited:
            return sentence
        fault = ""
        found = [item for quote in cited for item in (*content_words(quote.short), *numbers_of(quote.short))]
        held = words_of(sentence.text)
        if 0 < len(found) <= _SHORT and 2 * sum(covers(held, word) for word in found) < len(found):
            fault = "it does not hold the answer that the reader found"
        elif self._tools.reader is not None:
            premise = "\n".join(f"{breadcrumb(quote)}\n{quote.text}" for quote in cited)
            if self._tools.reader.supports([(sentence.text, premise)])[0].contradicts >= _DENIED:
                fault = "the reader finds it denied by the quotes"
        return replace(sentence, supported=False, citations=(), verdict=fault) if fault else sentence

    def _verified(
        self, verifier: Verifier, sentence: AnswerSentence, quotes: Sequence[Quote]
    ) -> AnswerSentence:
        """`sentence`, refused where the verifier does not find it in the quotes that it cites."""
        if not sentence.supported:
            return sentence
        cited = [quote for quote in quotes if quote.number in sentence.citations]
        verified = verifier.supports(sentence.text, cited, self._cancellation)
        if verified is None or verified >= ENOUGH:
            return sentence
        verdict = f"{verifier.name} doesn't find it in the quotes ({verified:.2f})"
        return replace(sentence, supported=False, citations=(), verdict=verdict)
