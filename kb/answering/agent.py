"""From a question to a cited answer, as a llama-index workflow.

    understand ─→ search ─→ read ─→ quote ─→ phrase ─→ end
        │           ↑        ├─→ search again, in another way
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

from kb.answering.answer import Answer, AnswerSentence, NearNote, Quote
from kb.answering.block_answers import block_answers
from kb.answering.catalog.catalog_questions import CatalogQuestions
from kb.answering.events import AnswerEvent, QuotesFound, SentenceChecked, Step
from kb.answering.evidence.quotes import numbered, quote_of, quote_verbatim, text_of_notes, uncovered_terms
from kb.answering.evidence.reader_evidence import EvidenceReader
from kb.answering.evidence.sentences import Evidence, choose_quotes, find_evidence
from kb.answering.gates.answerability import MIN_CONFIDENCE_TO_RETRY, combine_log_odds, confidence
from kb.answering.gates.conflicts import find_conflict
from kb.answering.gates.names import missing_names
from kb.answering.generation.draft import breadcrumb
from kb.answering.generation.phrasing import Phrasing
from kb.answering.judging.judge import Judge
from kb.answering.question.decompose import SubQuestions, decompose
from kb.answering.question.follow_up import rewrite_follow_up
from kb.answering.question.intent import intent_of, subject_of_state
from kb.answering.question.question import read_question
from kb.answering.question.small_talk import is_small_talk
from kb.answering.question.spelling import correct
from kb.answering.question_part import Clock, QuestionPart, place_of, quotes_of
from kb.answering.strategies import best_by_note, distinct, hits_about, hits_of_period, ways_of
from kb.answering.tools import Asked, Tools
from kb.answering.words import content_words, covers, words_of
from kb.indexing.catalog_queries import CatalogQueries
from kb.retrieval.hit import SearchHit
from kb.text.periods import find_period

_NEAREST = 3  # notes named when none answers
_MOST_SENTENCES = 2  # of the model's prose
_QUOTES_PER_PART = 2  # where several things are asked for
_FOLLOWED = 4  # passages brought by a follow-up's words and those of the question before it
_CLOSE = 0.08  # confidence from which the closest passages are shown, as not certain


class Search(Event):
    """Passages are wanted, in the way of this number."""

    way: int


class Searched(Event):
    """Passages were brought, in the way of this number."""

    way: int


class Answerable(Event):
    """The notes hold the answer, or a part of it."""


class Quoted(Event):
    """The quotes are chosen that the answer rests on."""


class Told(Event):
    """Something for whoever listens."""

    what: Any  # an AnswerEvent


class AnswerAgent(Workflow):
    """Answers one question."""

    def __init__(self, tools: Tools, asked: Asked) -> None:
        super().__init__(timeout=None)
        self._tools = tools
        self._asked = asked
        self._ways = ways_of(tools.retriever, tools.catalog, tools.settings.passages)
        self._clock = Clock()
        self._answer = Answer(question=asked.text)
        self._kind: str = "single"
        self._parts: list[QuestionPart] = []

    @step
    async def understand(self, context: Context, _: StartEvent) -> Search | StopEvent:
        """Complete a follow-up; let the catalog answer what it knows; take apart what asks for several things."""
        tools = self._tools
        if is_small_talk(self._asked.text) and not self._is_name(self._asked.text):
            return self._end(outcome="nothing", reason="not a question")
        understood = rewrite_follow_up(self._asked.text, self._asked.history, self._names)
        if understood.reason:
            self._answer = replace(self._answer, understood=understood.text)
            await self._tell(context, Step("Understanding the question", understood.reason))
        if record := CatalogQuestions(tools.catalog, tools.today).answer(understood.text):
            await self._tell(context, Step("Looking it up", f"not searched for but exact: {record.reason}"))
            if record.quotes:
                await self._tell(context, QuotesFound(record.quotes))
            for sentence in record.sentences:
                await self._tell(context, SentenceChecked(sentence))
            return self._end(sentences=record.sentences, sources=record.quotes, confidence=1.0)
        parts: SubQuestions = decompose(understood.text, self._names)
        self._kind = parts.kind
        if len(parts.parts) > 1:
            labels = "; ".join(part.label for part in parts.parts)
            await self._tell(context, Step("Taking the question apart", f"{parts.kind}: {labels}"))
        self._parts = [self._part(part.label, part.text) for part in parts.parts]
        if reason := "; ".join(filter(None, (self._mend(part) for part in self._parts))):
            await self._tell(context, Step("Reading the question", f"{reason}, or as it is written"))
        if period := self._parts[0].period:
            await self._tell(context, Step("Reading the period", f"{period.first} to {period.last}"))
        return Search(way=0)

    @step
    async def search(self, context: Context, event: Search) -> Searched:
        """Bring passages for every part that has no answer yet."""
        name, way = self._ways[event.way]
        await self._tell(context, Step("Searching the notes", name))
        followed = self._followed() if event.way == 0 else []
        for part in self._open_parts:
            known = {hit.passage.id for hit in part.hits}
            brought = [*way(part.question, part.hits), *followed]
            if part.mended:
                brought = [*brought, *way(part.mended, part.hits)]
            if part.period and event.way == 0:
                brought = [*brought, *hits_of_period(self._tools.catalog, part.period)]
            if part.intent.asks_state and event.way == 0:
                about = subject_of_state(part.question.text)
                brought = [*brought, *hits_about(self._tools.catalog, about)]
            part.new = [hit for hit in distinct(brought) if hit.passage.id not in known]
            part.hits += part.new
        self._clock.lap("search")
        return Searched(way=event.way)

    def _followed(self) -> list[SearchHit]:
        """Passages for this question and the one before: it may go on about that, or have been completed wrongly."""
        before = [turn.question for turn in self._asked.history[-1:]]
        both = " ".join([*before, self._asked.text])
        return self._tools.retriever.search(both, limit=_FOLLOWED, per_note=None) if before else []

    @step
    async def read(self, context: Context, event: Searched) -> Search | Answerable | StopEvent:
        """Is it there? Where a part is not answered and not hopeless, search in the next way."""
        needed = self._tools.settings.threshold
        for part in self._open_parts:
            if not part.new:
                await self._tell(context, Step("Judging the evidence", "nothing new was found"))
                continue
            if self._reader is None:
                self._assess(part)
            else:
                self._read_part(self._reader, part)
            best = f"; best: {breadcrumb(quote_of(1, part.evidence[0]))}" if part.evidence else ""
            reason = f"confidence {part.confidence:.2f} of {needed:.2f} that is needed{best}"
            if part.evidence and part.evidence[0].short:
                reason += f"; the answer it finds: “{part.evidence[0].short[:80]}”"
            await self._tell(context, Step("Judging the evidence", reason))
            if part.confidence >= MIN_CONFIDENCE_TO_RETRY and (judge := self._tools.judge):
                await self._ask(context, judge, part)
        self._clock.lap("evidence")
        self._answer = replace(self._answer, confidence=max(part.confidence for part in self._parts))
        hopeful = any(part.confidence >= MIN_CONFIDENCE_TO_RETRY for part in self._open_parts)
        if hopeful and event.way + 1 < len(self._ways):
            return Search(way=event.way + 1)
        return Answerable() if len(self._open_parts) < len(self._parts) else self._abstain()

    def _assess(self, part: QuestionPart) -> None:
        """Evidence and confidence by rules over words, without the reader."""
        found = find_evidence(part.question, part.new, self._tools.encoder)
        part.evidence = sorted([*part.evidence, *found], key=lambda evidence: -evidence.score)
        part.confidence = confidence(part.question, part.evidence)

    def _read_part(self, reader: EvidenceReader, part: QuestionPart) -> None:
        """Evidence and confidence as the reader sees them, over all that was found so far."""
        about = part.label if self._kind == "comparison" and part is not self._parts[0] else ""
        limit = self._tools.settings.quotes
        sides = [side.label for side in self._parts[1:]] if self._kind == "comparison" else []
        if sides and part is self._parts[0]:
            rows = reader.compare(part.question, sides, part.hits, self._tools.today)
        else:
            rows = None
        found = rows or reader.find(part.question, part.intent, part.hits, part.period, limit, about)
        if part.mended and found.confidence < self._tools.settings.threshold:
            other = reader.find(part.mended, part.intent, part.hits, part.period, limit, about)
            found = max(found, other, key=lambda item: item.confidence)
        if found.confidence > part.confidence or not part.evidence:
            part.found, part.confidence = found, found.confidence
            part.evidence = found.all

    @step
    async def quote(self, context: Context, _: Answerable) -> Quoted:
        """Choose the blocks of the notes that the answer rests on."""
        if self._kind == "comparison" and self._reader is not None:
            sides = [part for part in self._parts[1:] if self._is_answered(part)]
            places = {place_of(side.found.own[0])[0] for side in sides if side.found.own}
            apart = len(sides) == len(self._parts) - 1 and len(places) > 1  # each has a note of its own
            together = self._is_answered(self._parts[0]) and (
                not sides or self._parts[0].found.compares or (self._compares_all() and not apart)
            )
            self._parts = self._parts[:1] if together else self._parts[1:]
        if (
            self._kind == "several"
            and not self._open_parts
            and len({place_of(part.found.own[0]) for part in self._parts if part.found.own}) == 1
        ):
            # One block answers all that was asked: it is one answer.
            whole = self._part(self._asked.text, self._answer.understood or self._asked.text)
            first = self._parts[0]
            whole.found, whole.evidence, whole.confidence = first.found, first.evidence, first.confidence
            self._parts = [whole]
        single = len(self._parts) == 1
        chosen: dict[tuple[str, int], Evidence] = {}
        for part in self._answered_parts:
            for evidence in (*part.found.own, *part.found.same):
                chosen.setdefault(place_of(evidence), evidence)
        for part in self._answered_parts:
            for evidence in self._chosen(part):
                chosen.setdefault(place_of(evidence), evidence)
        quotes = tuple(numbered(chosen.values()))
        if not single:
            missing = tuple(part.label for part in self._open_parts)
        elif self._reader is None:
            missing = uncovered_terms(self._parts[0].question, quotes)
        else:
            missing = missing_names(self._parts[0].question.text, text_of_notes(self._tools.catalog, quotes))
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
        undated = [quote for quote in quotes if not (self._reader and quote.date)]
        if pair := find_conflict(self._parts[0].question, undated):
            yield Step(
                "Comparing the quotes", f"{pair[0].number} and {pair[1].number} disagree: both are shown"
            )
            days = {quote.path: self._day(quote.path) for quote in pair}
            dated = tuple(replace(quote, date=days.get(quote.path, "")) for quote in quotes)
            self._answer = replace(self._answer, disagreement=True, sources=dated)
            for quote in pair:
                yield quote_verbatim(quote, f"{quote.title}, {days[quote.path]}: ")
        elif (reader := self._tools.reader) is not None:
            phrasing = self._phrasing if self._tools.prose and self._asked.style != "quotes" else None
            labelled = self._kind == "comparison" and len(self._parts) > 1
            for part in self._answered_parts:
                label = f"{part.label}: " if labelled else ""
                yield from block_answers(part, quotes, label, reader, phrasing)
        elif self._kind == "comparison":
            for part in self._answered_parts:
                yield quote_verbatim(quotes_of(part, quotes)[0], f"{part.label}: ")
        elif self._asked.style == "quotes":
            yield from map(quote_verbatim, quotes)
        else:
            yield Step("Phrasing the answer", self._phrasing.model)
            for part in self._answered_parts:
                own = quotes_of(part, quotes)
                checked = list[AnswerSentence]()
                for sentence in self._phrasing.sentences(part.question, own):
                    checked.append(sentence)
                    yield sentence
                if not any(sentence.supported for sentence in checked):
                    # The best quote is an answer that cannot be wrong about the note.
                    yield quote_verbatim(own[0])

    def _compares_all(self) -> bool:
        """Whether what answers the whole comparison speaks of all its sides."""
        told = words_of(" ".join(f"{item.under} {item.text}" for item in self._parts[0].found.own))
        return all(any(covers(told, word) for word in content_words(part.label)) for part in self._parts[1:])

    def _chosen(self, part: QuestionPart) -> list[Evidence]:
        single = len(self._parts) == 1
        limit = self._tools.settings.quotes if single else _QUOTES_PER_PART
        return part.evidence[:limit] if self._reader is not None else choose_quotes(part.evidence, limit)

    async def _ask(self, context: Context, judge: Judge, part: QuestionPart) -> None:
        """Have the judge be heard on whether the quotes of `part` answer it."""
        quotes = numbered(self._chosen(part))
        texts = tuple(quote.text for quote in quotes)
        if texts != part.judged_on:
            await self._tell(context, Step("Asking the judge", judge.name))
            part.judged = judge.answers(part.question.text, quotes, self._asked.cancellation)
            part.judged_on = texts
        if part.judged is not None:
            part.confidence = combine_log_odds(part.confidence, part.judged)
            reason = f"{judge.name} says {part.judged:.2f}, which makes the confidence {part.confidence:.2f}"
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

    def _mend(self, part: QuestionPart) -> str:
        """Give `part` its question with slips mended, if it seems to have some; returns what was changed."""
        mended = correct(part.question.text, CatalogQueries(self._tools.catalog))
        if mended.changes:
            part.mended = self._part(part.label, mended.text).question
        return mended.reason

    def _part(self, label: str, text: str) -> QuestionPart:
        retriever = self._tools.retriever
        question = read_question(text, retriever.document_frequency, retriever.passage_count())
        return QuestionPart(label, question, intent_of(text), find_period(text, self._tools.today))

    @cached_property
    def _reader(self) -> EvidenceReader | None:
        tools = self._tools
        if tools.reader is None:
            return None
        return EvidenceReader(
            tools.reader, tools.catalog.passages_of, tools.catalog.day_names().day_of, tools.encoder
        )

    def _names(self) -> Iterator[str]:
        for names in self._tools.catalog.names():
            yield from (names.title, *names.aliases)

    def _is_name(self, text: str) -> bool:
        """Whether a note bears all of `text` as its name."""
        asked = text.strip().casefold()
        return any(name.casefold() == asked for name in self._names())

    def _day(self, path: str) -> str:
        """The last day that the note at `path` says it is of, else when its file was changed."""
        note = next(note for note in self._tools.catalog.notes() if note.path == path)
        return [note.file_day, *note.stated_days][-1].isoformat()

    def _abstain(self) -> StopEvent:
        close = self._closest() if max(part.confidence for part in self._parts) >= _CLOSE else ()
        hits = best_by_note([hit for part in self._parts for hit in part.hits])[:_NEAREST]
        near = [hit.passage for hit in hits]
        index_lag = self._tools.index_lag()
        if index_lag.changed:
            reason = "out of step"
        elif index_lag.pending:
            reason = "not indexed"
        elif not self._tools.retriever.passage_count():
            reason = "no notes"
        else:
            reason = "not covered" if near else "nothing found"
        return self._end(
            outcome="unsure" if close else "nothing",
            sources=close,
            reason=reason,
            waiting=index_lag.changed or index_lag.pending,
            nearest=tuple(NearNote(one.note_path, one.line, one.title, one.place) for one in near),
        )

    def _closest(self) -> tuple[Quote, ...]:
        """The passages that come closest, where none is sure to answer."""
        if self._reader is None:
            return ()
        evidence = sorted(
            (item for part in self._parts for item in part.evidence), key=lambda item: -item.score
        )
        return tuple(numbered(evidence[: self._tools.settings.quotes]))

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
        context.write_event_to_stream(Told(what=what))
        await asyncio.sleep(0)  # the listener has it before the next, slow piece of work begins
