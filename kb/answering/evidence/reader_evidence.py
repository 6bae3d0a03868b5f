"""What the notes hold for a question, as the trained reader sees it: the blocks that answer, those next to them, how sure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from kb.answering.evidence.alike import agrees, apart, distinct, overlaps, repeats
from kb.answering.evidence.candidate import NOTHING_KNOWN, Candidate, touches
from kb.answering.evidence.candidates import candidates_of
from kb.answering.evidence.compared import compared_rows
from kb.answering.evidence.counting import count_of
from kb.answering.evidence.in_force import in_force
from kb.answering.evidence.sections import Section, most_likely, sections_of
from kb.answering.evidence.sentences import Encoder, Evidence
from kb.answering.gates.odds import probability
from kb.answering.question.intent import Intent, asks_ahead, subject_of_state, tells_decision
from kb.answering.question.question import Question
from kb.answering.words import content_words, covers, words_of
from kb.indexing.stored import StoredPassage
from kb.notes.note import Span
from kb.reading.reader import Reader
from kb.reading.reading import Reading, Text
from kb.retrieval.hit import SearchHit
from kb.text.days import entry_day
from kb.text.periods import Period

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
_READ = 8  # sections that the reader is given
_SAME_PERIOD = 4.0  # log odds by which entries of one period may fall behind the best of them
_MOST_OF_PERIOD = 12  # entries of a period shown
_OF_PERIOD = 1.7  # log odds that an entry of the period asked for gains …
_OF_WEEK = 3.4  # … and where the period is a week at most
_CERTAIN = 8.0  # log odds of what only its day makes an answer
_STATED = 2.5  # log odds of what was written last of a thing, when its state is asked for
_MOST_OF_STATE = 3  # such entries shown
_LATEST_DECISION = 1.0  # log odds at least of the latest decision found
_TOGETHER = 2.0  # log odds by which another of all that was asked for may fall behind the best
_MOST_TOGETHER = 6  # of them shown
_MENTIONS = 0.7  # share of a question's weight that an undated event must hold for its day to be the answer
_DAY_SCORE = 2.0  # log odds of an event that holds all of the question, when its day is asked for


@dataclass(frozen=True, slots=True)
class Findings:
    """What answers, best first; what stands next to it; and the probability that the answer is among it."""

    own: tuple[Evidence, ...]
    also: tuple[Evidence, ...]
    confidence: float
    number: int | None = None  # of what `own` lists, where a question asks how many
    same: tuple[Evidence, ...] = ()  # of `also`: other places that give the same answer as the first
    by_day: bool = False  # whether `own` is what was written on several days
    compares: bool = False  # whether `own` is what all sides of a comparison say

    @property
    def all(self) -> list[Evidence]:
        """Both, in their order."""
        return [*self.own, *self.also]


NOTHING = Findings((), (), 0.0)


class EvidenceReader:
    """Reads the passages of a search for the answer to a question."""

    def __init__(
        self,
        reader: Reader,
        passages_of: Callable[[str], Sequence[StoredPassage]],
        day_of: Callable[[str], date | None],
        encoder: Encoder,
    ) -> None:
        self._reader = reader
        self._passages_of = passages_of
        self._day_of = day_of  # the day that a note's name states
        self._encoder = encoder
        # A question is read again when more passages are brought: what was read and compared for it stays so.
        self._read: dict[tuple[str, Text], Reading] = {}
        self._cosines: dict[tuple[str, str], float] = {}

    def candidates(self, question: Question, intent: Intent, hits: Sequence[SearchHit]) -> list[Candidate]:
        """What may answer `question` in the sections of `hits`, the likeliest first. Raises ModelError."""
        return self._candidates(question, intent, sections_of(hits, self._passages_of))

    def find(
        self,
        question: Question,
        intent: Intent,
        hits: Sequence[SearchHit],
        period: Period | None = None,
        more: int = 3,
        about: str = "",
    ) -> Findings:
        """The evidence in `hits` for `question`, that speaks of `about` where some does. Raises ModelError when the reader cannot be used."""
        sections = sections_of(hits, self._passages_of)
        if not sections:
            return NOTHING
        by_day = period is not None and (intent.asks_day or intent.asks_decision)
        if period and by_day and (entries := self._entries(sections, intent, period)):
            return Findings(tuple(map(_evidence, entries)), (), 1.0, by_day=period.first < period.last)
        if intent.asks_state and period is None and (entries := self._latest(sections, question)):
            return Findings(tuple(map(_evidence, entries)), (), probability(_STATED), by_day=True)
        found = self._candidates(question, intent, sections)
        found = [replace(item, day=item.day or self._day_of(item.section.first.note_path)) for item in found]
        if period:
            gain = _OF_WEEK if (period.last - period.first).days < 8 else _OF_PERIOD
            found = [replace(i, score=i.score + gain) if period.holds(i.day) else i for i in found]
            found.sort(key=lambda item: -item.score)
        if by_day and period:  # nothing was written then: what was decided at another time is no answer
            found = [i if period.holds(i.day) else replace(i, score=i.score - _CERTAIN) for i in found]
        if question.kind == "date" and not asks_ahead(question.text):
            found = sorted((self._as_event(question, item) for item in found), key=lambda item: -item.score)
        if about:
            found = [item for item in found if _speaks_of(item, about)] or found
        if not found:
            return NOTHING
        count = count_of(question, found, period) if intent.counts else None
        own = count.counted[:_MOST_OF_PERIOD] if count else self._own(question, found, intent, period)
        rest = apart([item for item in found if not overlaps(item, own) and not repeats(item, own)])
        alike = {id(item) for item in rest if len(own) == 1 and agrees(item, own[0])}
        rest.sort(key=lambda item: id(item) not in alike)
        also = tuple(map(_evidence, rest[:more]))
        return Findings(
            own=tuple(map(_evidence, own)),
            also=also,
            confidence=probability(max(item.score for item in own)),
            number=count.number if count else None,
            same=also[: len(alike)],
        )

    def compare(
        self, question: Question, sides: Sequence[str], hits: Sequence[SearchHit], today: date
    ) -> Findings | None:
        """The rows of one table in `hits` that the sides of a comparison name, or None."""
        rows = compared_rows(question, sides, sections_of(hits, self._passages_of), today)
        if not rows:
            return None
        return Findings(tuple(map(_evidence, rows)), (), probability(rows[0].score), compares=True)

    def _candidates(self, question: Question, intent: Intent, sections: Sequence[Section]) -> list[Candidate]:
        asked = question.text
        sections = most_likely(question, sections, _READ)

        def compare(texts: Sequence[str]) -> list[float]:
            vector, vectors = self._encoder.embed_question(asked, texts)
            return [float(cosine) for cosine in vectors @ vector]

        texts = [section.reading_text for section in sections]
        wanted = [text.text for text in texts]
        read = _once(self._read, asked, wanted, lambda new: self._reader.read(asked, new))
        readings = [text.in_section(reading) for text, reading in zip(texts, read, strict=True)]
        return candidates_of(
            question, intent, sections, readings, lambda new: _once(self._cosines, asked, new, compare)
        )

    def _latest(self, sections: Sequence[Section], question: Question) -> list[Candidate]:
        """What was written last of what the question asks the state of, the latest first."""
        about = subject_of_state(question.text)

        def tells_of_it(entry: Candidate) -> bool:
            held = [*entry.section.head_words, *words_of(entry.text)]
            return all(covers(held, word) for word in about)

        entries = [entry for entry in self._dated(sections) if tells_of_it(entry)]
        entries.sort(key=lambda item: (item.day or date.min, item.span.start), reverse=True)
        return distinct(entries, _MOST_OF_STATE)

    def _entries(self, sections: Sequence[Section], intent: Intent, period: Period) -> list[Candidate]:
        """What was written in `period`, or decided in it: all of it, in its order."""
        entries = [
            entry
            for entry in self._dated(sections)
            if period.holds(entry.day) and (intent.asks_day or tells_decision(entry.source))
        ]
        entries.sort(
            key=lambda item: (item.day or period.first, item.section.first.note_path, item.span.start)
        )
        return distinct(entries, _MOST_OF_PERIOD)

    def _dated(self, sections: Sequence[Section]) -> Iterator[Candidate]:
        """Every entry with the day that it is of: an item with what is below it, or a sentence."""
        for section in sections:
            stated = section.day or self._day_of(section.first.note_path)
            for block in section.blocks:
                if block.kind in ("heading", "properties"):
                    continue
                for number, part in enumerate(block.parts):
                    day = entry_day(section.text[part.span.start : part.span.end]) or stated
                    if day is None or (part.depth and block.ancestors(number)):
                        continue
                    span = Span(part.span.start, block.parts[block.subtree(number)].span.end)
                    if not touches(span, section.orders):
                        yield Candidate(section, block, span, "", NOTHING_KNOWN, _CERTAIN, day)

    def _own(
        self, question: Question, found: Sequence[Candidate], intent: Intent, period: Period | None
    ) -> list[Candidate]:
        """The candidates that answer together; the first leads."""
        best = found[0]
        if period and intent.wants_all:
            together = [
                item for item in found if period.holds(item.day) and item.score >= best.score - _SAME_PERIOD
            ]
            if together:
                return distinct(
                    sorted(
                        together[:_MOST_OF_PERIOD],
                        key=lambda item: (item.day, item.section.first.note_path, item.span.start),
                    ),
                    _MOST_OF_PERIOD,
                )
        if intent.wants_all and not best.is_several and best.score > 0:
            least = max(best.score - _TOGETHER, 0.0)
            together = [item for item in found if not item.is_several and item.score >= least]
            return distinct(apart(together), _MOST_TOGETHER)
        if intent.asks_decision and intent.wants_latest and not period:
            decided = [item for item in found if item.day and tells_decision(item.text)]
            if decided:
                last = max(decided, key=lambda item: (item.day or date.min, item.score))
                return [replace(last, score=max(last.score, _LATEST_DECISION))]
        return [in_force(question, best, found, intent)]

    def _as_event(self, question: Question, item: Candidate) -> Candidate:
        """`item`, with the day it is of as the answer where it tells of the event that was asked for."""
        if item.day is None or question.kind_found(item.text):
            return item
        held = question.coverage(words_of(f"{item.under} {item.text}"))
        score = _DAY_SCORE * (2 * held - 1)
        if held < _MENTIONS or score <= item.score:
            return item
        return replace(item, score=score, short=item.day.isoformat())


def _once(
    known: dict[tuple[str, Key], Value],
    asked: str,
    keys: Sequence[Key],
    find: Callable[[Sequence[Key]], Sequence[Value]],
) -> list[Value]:
    """What `find` tells of each of `keys` for the question `asked`; it is called for those not yet `known` alone."""
    new = [key for key in dict.fromkeys(keys) if (asked, key) not in known]
    if new:
        known.update(((asked, key), value) for key, value in zip(new, find(new), strict=True))
    return [known[asked, key] for key in keys]


def _evidence(item: Candidate) -> Evidence:
    section = item.section
    start, end = section.place(item.span.start), section.place(item.span.end)
    return Evidence(
        passage=section.first,
        span=Span(start, end),
        line=section.line(item.span.start),
        source=item.source,
        text=item.text,
        similarity=0.0,
        coverage=0.0,
        nearby=0.0,
        covered=0.0,
        kind=0.0,
        score=probability(item.score),
        under=item.under,
        short=item.short,
        day=item.day,
    )


def _speaks_of(item: Candidate, name: str) -> bool:
    """Whether a candidate, or what it stands under, holds half of the words of `name`."""
    held = words_of(f"{item.section.head} {item.under} {item.text}")
    words = content_words(name)
    return 2 * sum(covers(held, word) for word in words) >= len(words)
