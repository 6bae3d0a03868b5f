"""From a question to a checked, cited answer: search, quote, phrase, verify."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from kb.answering.answer import Answer, AnswerSentence, NearNote, Quote
from kb.answering.draft import MAX_TOKENS, prompt, sentences_of
from kb.answering.events import AnswerEvent, Finished, QuotesFound, SentenceChecked, Step
from kb.answering.evidence import Encoder, Evidence, choose_quotes, find_evidence
from kb.answering.gate import THRESHOLD, confidence
from kb.answering.question import Question, read_question
from kb.answering.verify import verify
from kb.answering.words import words_of
from kb.errors import QuestionEmpty
from kb.models.language_model import Cancellation, LanguageModel, Options
from kb.retrieval.hit import SearchHit
from kb.retrieval.retriever import Retriever
from kb.settings import AnswerSettings, ModelSettings

_NEAREST = 3  # notes named when none answers
_MAX_SENTENCES = 2  # of the model's prose


class Answerer:
    """Answers questions from the notes; the model may phrase, never decide."""

    def __init__(
        self,
        retriever: Retriever,
        encoder: Encoder,
        model: LanguageModel,
        settings: AnswerSettings,
        generation: ModelSettings,
    ) -> None:
        self._retriever = retriever
        self._encoder = encoder
        self._model = model
        self._settings = settings
        self._generation = generation

    def ask(self, text: str, cancellation: Cancellation | None = None) -> Iterator[AnswerEvent]:
        """Tell, step by step, how `text` is answered; the last event holds the Answer.

        Raises QuestionEmpty when `text` has no words, and what opening the index or the model raises.
        """
        clock = _Clock()
        if not words_of(text):
            raise QuestionEmpty('The question is empty. Ask something, as in: kb ask "What is a token?"')
        yield Step("Searching the notes")
        hits = self._retriever.search(text, limit=self._settings.passages, per_note=None)
        clock.lap("search")
        question = read_question(text, self._retriever.document_frequency, self._retriever.passage_count())
        evidence = find_evidence(question, hits, self._encoder)
        sure = confidence(question, evidence)
        quotes = _quotes(choose_quotes(evidence, self._settings.quotes))
        clock.lap("evidence")
        draft = Answer(question=text, confidence=sure, model=self._model.name)
        if sure < THRESHOLD:
            yield Finished(_abstain(draft, hits, clock))
            return
        yield QuotesFound(quotes)
        yield Step("Phrasing the answer")
        sentences: list[AnswerSentence] = []
        for sentence in self._phrase(question, quotes, cancellation):
            sentences.append(sentence)
            yield SentenceChecked(sentence)
        if not any(sentence.supported for sentence in sentences):
            # The best quote is an answer that cannot be wrong about the note.
            spoken = AnswerSentence(quotes[0].text, supported=True, citations=(1,), verdict="quoted")
            sentences.append(spoken)
            yield SentenceChecked(spoken)
        clock.lap("phrase")
        yield Finished(
            replace(
                draft,
                sentences=tuple(sentences),
                sources=quotes,
                seconds=clock.total(),
                timings=clock.laps,
            )
        )

    def _phrase(
        self, question: Question, quotes: Sequence[Quote], cancellation: Cancellation | None
    ) -> Iterator[AnswerSentence]:
        options = Options(
            max_tokens=MAX_TOKENS, temperature=self._generation.temperature, seed=self._generation.seed
        )
        kept: set[str] = set()
        with closing(self._model.stream(prompt(question.text, quotes), options, cancellation)) as stream:
            for count, sentence in enumerate(sentences_of(stream), start=1):
                if sentence not in kept:
                    yield verify(sentence, question, quotes)
                kept.add(sentence)
                if count == _MAX_SENTENCES:
                    return


def _quotes(chosen: Sequence[Evidence]) -> tuple[Quote, ...]:
    return tuple(
        Quote(
            number=number,
            path=evidence.passage.note_path,
            line=evidence.line,
            span=evidence.span,
            title=evidence.passage.title,
            heading_path=evidence.passage.heading_path,
            quote=evidence.source,
            text=evidence.text,
            relevance=evidence.score,
        )
        for number, evidence in enumerate(chosen, start=1)
    )


def _abstain(draft: Answer, hits: Sequence[SearchHit], clock: _Clock) -> Answer:
    nearest: dict[str, NearNote] = {}
    for hit in hits:
        passage = hit.passage
        nearest.setdefault(passage.note_path, NearNote(passage.note_path, passage.line, passage.title))
    return replace(
        draft,
        abstained=True,
        reason="not covered" if hits else "nothing found",
        nearest=tuple(nearest.values())[:_NEAREST],
        seconds=clock.total(),
        timings=clock.laps,
    )


class _Clock:
    """Seconds by step."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now

    def total(self) -> float:
        return time.perf_counter() - self._start
