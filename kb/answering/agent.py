"""From a question to a cited answer, as a llama-index workflow.

    understand ─→ search ─→ read ─→ quote ─→ phrase ─→ end
        │           ↑        ├─→ search again, by another strategy
        │           └────────┘
        └─→ end: the catalog knows it exactly    read ─→ end: not certain, or nothing there

An agent lives for one question. Its steps tell what they do and why through the workflow's event stream. The trained
reader decides whether the notes hold the answer and where; without it, rules over words do. The language model is
never asked to decide: it may phrase, and its sentences are checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from workflows import Context, Workflow, step
from workflows.events import Event, StartEvent, StopEvent

from kb.answering.answer import Answer, AnswerSentence, NearNote
from kb.answering.assessment import Assessment
from kb.answering.catalog.catalog_questions import CatalogQuestions
from kb.answering.comparison import in_one_block, sides_or_whole
from kb.answering.events import AnswerEvent, QuotesFound, SentenceChecked, Step
from kb.answering.evidence.quotes import numbered, quote_verbatim
from kb.answering.evidence.sentences import Evidence
from kb.answering.gates.answerability import MIN_CONFIDENCE_TO_RETRY
from kb.answering.gates.conflicts import find_conflict
from kb.answering.generation.phrasing import Phrasing
from kb.answering.parts import PartsReader
from kb.answering.question.decompose import SubQuestions, decompose
from kb.answering.question.follow_up import rewrite_follow_up
from kb.answering.question.intent import subject_of_state
from kb.answering.question.small_talk import is_small_talk
from kb.answering.question_part import Clock, QuestionPart, place_of
from kb.answering.saying import advice_on_language, last_day, reason_of_nothing, sentences_of
from kb.answering.strategies import best_by_note, distinct, hits_besides, strategies_of
from kb.answering.tools import Asked, Tools
from kb.answering.verifier.verifier import Verifier
from kb.retrieval.hit import SearchHit

_NEAREST = 3  # notes named when none answers
_MOST_SENTENCES = 2  # of the model's prose
_QUOTES_PER_PART = 2  # where several things are asked for
_FOLLOWED = 4  # passages brought by a follow-up's words and those of the question before it
_CLOSE = 0.08  # confidence from which the closest passages are shown, as not certain


class Search(Event):
    """Passages are wanted, by the strategy of this number."""

    strategy: int


class Searched(Event):
    """Passages were brought, by the strategy of this number."""

    strategy: int


class Answerable(Event):
    """The notes hold the answer, or a part of it."""


class Quoted(Event):
    """The quotes are chosen that the answer rests on."""


class Progress(Event):
    """Something for whoever listens."""

    what: Any  # an AnswerEvent


class AnswerAgent(Workflow):
    """Answers one question."""

    def __init__(self, tools: Tools, asked: Asked) -> None:
        super().__init__(timeout=None)
        self._tools = tools
        self._asked = asked
        self._strategies = strategies_of(tools.retriever, tools.catalog, tools.settings.passages)
        self._reading = PartsReader(tools)
        self._assessment = Assessment(tools)
        self._clock = Clock()
        self._answer = Answer(question=asked.text)
        self._kind: str = "single"
        self._parts: list[QuestionPart] = []

    @step
    async def understand(self, context: Context, _: StartEvent) -> Search | StopEvent:
        """Complete a follow-up; let the catalog answer what it knows; take apart what asks for several things."""
        tools = self._tools
        if is_small_talk(self._asked.text) and not self._reading.is_name(self._asked.text):
            return self._end(outcome="nothing", reason="not a question")
        understood = rewrite_follow_up(self._asked.text, self._asked.history, self._reading.names)
        if understood.reason:
            self._answer = replace(self._answer, understood=understood.text)
            await self._tell(context, Step("Understanding the question", understood.reason))
        if record := CatalogQuestions(tools.catalog, tools.today).answer(understood.text):
            await self._tell(context, Step("Looking it up", f"exact lookup, no search: {record.reason}"))
            if record.quotes:
                await self._tell(context, QuotesFound(record.quotes))
            for sentence in record.sentences:
                await self._tell(context, SentenceChecked(sentence))
            return self._end(sentences=record.sentences, sources=record.quotes, confidence=1.0)
        parts: SubQuestions = decompose(understood.text, self._reading.names)
        self._kind = parts.kind
        if len(parts.parts) > 1:
            labels = "; ".join(part.label for part in parts.parts)
            await self._tell(context, Step("Taking the question apart", f"{parts.kind}: {labels}"))
        self._parts = [self._reading.part(part.label, part.text) for part in parts.parts]
        if reason := "; ".join(filter(None, (self._reading.mend(part) for part in self._parts))):
            await self._tell(context, Step("Reading the question", f"{reason}, or as it is written"))
        if period := self._parts[0].period:
            await self._tell(context, Step("Reading the period", f"{period.first} to {period.last}"))
        return Search(strategy=0)

    @step
    async def search(self, context: Context, event: Search) -> Searched:
        """Bring passages for every part that has no answer yet."""
        name, strategy = self._strategies[event.strategy]
        await self._tell(context, Step("Searching the notes", name))
        followed = self._followed() if event.strategy == 0 else []
        for part in self._open_parts:
            known = {hit.passage.id for hit in part.hits}
            brought = [*strategy(part.question, part.hits), *followed]
            if part.mended:
                brought = [*brought, *strategy(part.mended, part.hits)]
            if event.strategy == 0:
                about = subject_of_state(part.question.text) if part.intent.asks_state else ()
                brought = [*brought, *hits_besides(self._tools.catalog, part.period, about)]
            part.new = [hit for hit in distinct(brought) if hit.passage.id not in known]
            part.hits += part.new
        self._clock.lap("search")
        return Searched(strategy=event.strategy)

    def _followed(self) -> list[SearchHit]:
        """Passages for this question and the one before: it may go on about that, or have been completed wrongly."""
        before = [turn.question for turn in self._asked.history[-1:]]
        both = " ".join([*before, self._asked.text])
        return self._tools.retriever.search(both, limit=_FOLLOWED, per_note=None) if before else []

    @step
    async def read(self, context: Context, event: Searched) -> Search | Answerable | StopEvent:
        """Is it there? Where a part is not answered and not hopeless, search by the next strategy."""
        for part in self._open_parts:
            if not part.new:
                await self._tell(context, Step("Judging the evidence", "nothing new was found"))
                continue
            self._assess(part)
            await self._tell(context, Step("Judging the evidence", self._assessment.message(part)))
            if self._tools.verifier:
                await self._hear(context, self._tools.verifier, part)
        self._clock.lap("evidence")
        self._answer = replace(self._answer, confidence=max(part.confidence for part in self._parts))
        hopeful = any(part.confidence >= MIN_CONFIDENCE_TO_RETRY for part in self._open_parts)
        if hopeful and event.strategy + 1 < len(self._strategies):
            return Search(strategy=event.strategy + 1)
        return Answerable() if len(self._open_parts) < len(self._parts) else self._abstain()

    def _assess(self, part: QuestionPart) -> None:
        first, *others = self._parts
        compares = self._kind == "comparison"
        sides = [side.label for side in others] if compares and part is first else []
        self._assessment.assess(part, sides, part.label if compares and part is not first else "")

    @step
    async def quote(self, context: Context, _: Answerable) -> Quoted:
        """Choose the blocks of the notes that the answer rests on."""
        if self._kind == "comparison" and self._assessment.reader is not None:
            self._parts = sides_or_whole(self._parts, self._is_answered)
        if self._kind == "several" and not self._open_parts and in_one_block(self._parts):
            # One block answers all that was asked: it is one answer.
            whole = self._reading.part(self._asked.text, self._answer.understood or self._asked.text)
            first = self._parts[0]
            whole.found, whole.evidence, whole.confidence = first.found, first.evidence, first.confidence
            self._parts = [whole]
        single = len(self._parts) == 1
        chosen: dict[tuple[str, int], Evidence] = {}
        answered = self._answered_parts
        own = [item for part in answered for item in (*part.found.own, *part.found.same)]
        for evidence in (*own, *(item for part in answered for item in self._chosen(part))):
            chosen.setdefault(place_of(evidence), evidence)
        quotes = tuple(numbered(chosen.values()))
        if single:
            missing = self._assessment.missing(self._parts[0].question, quotes)
        else:
            missing = tuple(part.label for part in self._open_parts)
        self._answer = replace(self._answer, sources=quotes, missing=missing)
        await self._tell(context, QuotesFound(quotes))
        return Quoted()

    @step
    async def phrase(self, context: Context, _: Quoted) -> StopEvent:
        """Say it in the model's words where gate C lets them pass, else in the notes' own."""
        said: list[AnswerSentence] = []
        for sentence in self._sentences():
            if isinstance(sentence, AnswerSentence):
                said.append(sentence)
                await self._tell(context, SentenceChecked(sentence))
            else:
                await self._tell(context, sentence)
        self._clock.lap("phrase")
        return self._end(sentences=tuple(said))

    def _sentences(self) -> Iterator[AnswerSentence | Step]:
        quotes = self._answer.sources
        undated = [quote for quote in quotes if not (self._assessment.reader and quote.date)]
        if pair := find_conflict(self._parts[0].question, undated):
            yield Step(
                "Comparing the quotes", f"{pair[0].number} and {pair[1].number} disagree: both are shown"
            )
            days = {quote.path: last_day(self._tools.catalog, quote.path) for quote in pair}
            dated = tuple(replace(quote, date=days.get(quote.path, "")) for quote in quotes)
            self._answer = replace(self._answer, disagreement=True, sources=dated)
            for quote in pair:
                yield quote_verbatim(quote, f"{quote.title}, {days[quote.path]}: ")
        else:
            labelled = self._kind == "comparison" and (len(self._parts) > 1 or self._tools.reader is None)
            yield from sentences_of(
                self._answered_parts,
                quotes,
                self._tools,
                self._asked.style,
                self._phrasing,
                labelled=labelled,
            )

    def _chosen(self, part: QuestionPart) -> list[Evidence]:
        limit = self._tools.settings.quotes if len(self._parts) == 1 else _QUOTES_PER_PART
        return self._assessment.chosen(part, limit)

    async def _hear(self, context: Context, verifier: Verifier, part: QuestionPart) -> None:
        """Have the verifier be heard on whether the quotes of `part` answer it."""
        quotes = numbered(self._chosen(part))
        if self._assessment.asks_verifier(part, quotes):
            await self._tell(context, Step("Asking the judge", verifier.name))
            self._assessment.ask_verifier(part, quotes, self._asked.cancellation)
        if self._assessment.weigh_verifier(part):
            reason = (
                f"{verifier.name} says {part.verified:.2f}, which makes the confidence {part.confidence:.2f}"
            )
            await self._tell(context, Step("Weighing what the judge says", reason))

    @cached_property
    def _phrasing(self) -> Phrasing:
        most = 1 if self._asked.style == "short" or len(self._parts) > 1 else _MOST_SENTENCES
        return Phrasing(self._tools, self._asked.cancellation, most)

    @property
    def _open_parts(self) -> list[QuestionPart]:
        return [part for part in self._parts if not self._is_answered(part)]

    @property
    def _answered_parts(self) -> list[QuestionPart]:
        return [part for part in self._parts if self._is_answered(part)]

    def _is_answered(self, part: QuestionPart) -> bool:
        needed = self._tools.settings.threshold
        return bool(part.evidence) and part.confidence >= needed

    def _abstain(self) -> StopEvent:
        close = (
            self._assessment.closest(self._parts)
            if max(part.confidence for part in self._parts) >= _CLOSE
            else ()
        )
        hits = best_by_note([hit for part in self._parts for hit in part.hits])[:_NEAREST]
        near = [hit.passage for hit in hits]
        lag = self._tools.index_lag()
        if advice := advice_on_language(self._asked.text, self._tools.catalog):
            self._tools.notice(advice)
        return self._end(
            outcome="unsure" if close else "nothing",
            sources=close,
            reason=reason_of_nothing(lag, self._tools.retriever.passage_count(), bool(near)),
            waiting=lag.changed or lag.pending,
            nearest=tuple(NearNote(one.note_path, one.line, one.title, one.place) for one in near),
        )

    def _end(self, **facts: Any) -> StopEvent:
        answer = replace(
            self._answer,
            **facts,
            model=self._phrasing.model,
            seconds=self._clock.total(),
            timings=self._clock.laps,
        )
        return StopEvent(result=answer)

    async def _tell(self, context: Context, what: AnswerEvent) -> None:
        context.write_event_to_stream(Progress(what=what))
        await asyncio.sleep(0)  # the listener has it before the next, slow piece of work begins
