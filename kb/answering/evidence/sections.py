"""What the reader is given: the passages that a search brought, joined again where one heading holds them.

Passages are cut for the embedding model; a list or a table cut in two is read as the one it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from kb.answering.evidence.reading_text import ReadingText, reading_text
from kb.answering.question.language import is_foreign_to
from kb.answering.question.question import Question
from kb.answering.words import words_of
from kb.indexing.stored import StoredPassage
from kb.injection.sentences import injected
from kb.notes.answer_blocks import AnswerBlock, read_blocks
from kb.notes.note import Span
from kb.notes.sentences import split_sentences
from kb.retrieval.hit import SearchHit
from kb.text.days import day_in

_LONGEST = 1_600  # characters of a section; the reader takes longer ones in windows
_SIBLINGS = 3  # best notes of which more is read than what was found
_MORE = 6  # of their other sections
_ABROAD = 4  # sections in other languages that are read besides
_BY_MEANING = 2  # sections nearest by meaning, read whatever their words are
# What words of the question count in a section and in its head, beside the score of the search, for it to be read.
_BY_WORDS, _BY_HEAD = 0.5, 0.3


@dataclass(frozen=True)
class Section:
    """A stretch of one note under one heading."""

    passages: tuple[StoredPassage, ...]
    score: float  # of the best passage in the search, 0 to 1
    note_score: float  # the same of its whole note
    also_in: tuple[str, ...] = field(default=())  # other notes that hold the same
    meaning: float = 0.0  # of the passage nearest by meaning, 0 to 1

    @property
    def first(self) -> StoredPassage:
        """The passage it begins with."""
        return self.passages[0]

    @cached_property
    def text(self) -> str:
        """Its text as it stands in the note; what lies between two passages is a blank line at most."""
        text = self.first.text
        for before, after in zip(self.passages, self.passages[1:], strict=False):
            text += "\n" * max(1, min(2, after.span.start - before.span.end)) + after.text
        return text

    def place(self, offset: int) -> int:
        """Where in the note the character at `offset` of the text stands."""
        for passage, end in zip(self.passages, self._ends, strict=True):
            if offset <= end:
                return passage.span.end - (end - offset)
        return self.passages[-1].span.end

    def line(self, offset: int) -> int:
        """The 1-based line of the note that holds the character at `offset` of the text."""
        for passage, start, end in zip(self.passages, self._starts, self._ends, strict=True):
            if offset <= end:
                return passage.line + passage.text.count("\n", 0, max(0, offset - start))
        return self.first.line

    @property
    def head(self) -> str:
        """Title and headings, as the reader was trained to see them."""
        return " > ".join(dict.fromkeys((self.first.title, *self.first.heading_path)))

    @cached_property
    def words(self) -> list[str]:
        """Of its head and its text."""
        return words_of(f"{self.head} {self.text}")

    @cached_property
    def head_words(self) -> list[str]:
        """Of its title and headings."""
        return words_of(self.head)

    @cached_property
    def reading_text(self) -> ReadingText:
        """What the reader is given."""
        return reading_text(self.text, self.head, self.blocks)

    @cached_property
    def blocks(self) -> list[AnswerBlock]:
        """Its blocks."""
        return read_blocks(self.text)

    @cached_property
    def orders(self) -> tuple[Span, ...]:
        """Its sentences that give orders to a language model: nothing is answered with them."""
        sentences = split_sentences(self.text, Span(0, len(self.text)))
        hidden = injected(self.text, sentences, self.head)
        return tuple(item.span for item, gives in zip(sentences, hidden, strict=True) if gives)

    @cached_property
    def day(self) -> date | None:
        """The day that its innermost dated heading names."""
        return next((day for heading in reversed(self.first.heading_path) if (day := day_in(heading))), None)

    @cached_property
    def is_of_a_day(self) -> bool:
        """Whether it holds what a day brought: a heading of its note, or its note's title, is a day."""
        return self.day is not None or day_in(self.first.title) is not None

    @cached_property
    def _starts(self) -> list[int]:
        """Where each passage begins in the text."""
        return [end - len(passage.text) for passage, end in zip(self.passages, self._ends, strict=True)]

    @cached_property
    def _ends(self) -> list[int]:
        """Where each passage ends in the text."""
        ends, place = [], 0
        for number, passage in enumerate(self.passages):
            if number:
                gap = passage.span.start - self.passages[number - 1].span.end
                place += max(1, min(2, gap))
            place += len(passage.text)
            ends.append(place)
        return ends


def sections_of(
    hits: Sequence[SearchHit], passages_of: Callable[[str], Sequence[StoredPassage]], *, more: bool = True
) -> list[Section]:
    """The sections that hold `hits`, in their order; with `more`, also others of the best notes, after them."""
    found: dict[tuple[str, int], Section] = {}
    by_note: dict[str, list[tuple[StoredPassage, ...]]] = {}
    best: dict[str, float] = {}
    meaning: dict[int, float] = {}  # by passage
    for hit in hits:
        best[hit.passage.note_path] = max(hit.score, best.get(hit.passage.note_path, 0.0))
        meaning[hit.passage.id] = max(hit.dense, meaning.get(hit.passage.id, 0.0))
    for hit in hits:
        path = hit.passage.note_path
        groups = by_note.get(path)
        if groups is None:
            groups = by_note[path] = _groups(passages_of(path))
        group = next((g for g in groups if any(p.id == hit.passage.id for p in g)), (hit.passage,))
        key = (path, group[0].ordinal)
        if key not in found:
            nearest = max(meaning.get(passage.id, 0.0) for passage in group)
            found[key] = Section(group, hit.score, best[path], hit.also_in, nearest)
    if more:
        rest = [
            Section(group, 0.0, best[path])
            for path in list(by_note)[:_SIBLINGS]
            for group in by_note[path]
            if (path, group[0].ordinal) not in found
        ]
        return [*found.values(), *rest[:_MORE]]
    return list(found.values())


def foreign_to(question: str, sections: Sequence[Section]) -> set[int]:
    """Those of `sections`, by `id`, that are surely in another language than `question`."""
    return {id(section) for section in sections if is_foreign_to(question, section.text)}


def most_likely(question: Question, sections: Sequence[Section], most: int) -> list[Section]:
    """The `most` sections that reading is worth the time, in their order: by search, by words of the question, by meaning.

    Some in other languages are added to them, in which no word of the question can stand: the nearest by meaning.
    """
    covered = question.coverage

    def promise(section: Section) -> float:
        return section.score + _BY_WORDS * covered(section.words) + _BY_HEAD * covered(section.head_words)

    numbers = range(len(sections))
    # Nothing but meaning speaks for what is written in another language than the question, or in other words.
    near = [number for number in numbers if sections[number].meaning > 0]
    nearest = sorted(near, key=lambda number: -sections[number].meaning)[:_BY_MEANING]
    order = sorted(numbers, key=lambda number: (number not in nearest, -promise(sections[number])))
    chosen = order[:most]
    foreign = foreign_to(question.text, sections)
    abroad = [number for number in near if id(sections[number]) in foreign and number not in chosen]
    abroad.sort(key=lambda number: -sections[number].meaning)
    return [sections[number] for number in sorted([*chosen, *abroad[:_ABROAD]])]


def _groups(passages: Sequence[StoredPassage]) -> list[tuple[StoredPassage, ...]]:
    groups: list[list[StoredPassage]] = []
    for passage in sorted(passages, key=lambda item: item.span.start):
        last = groups[-1][-1] if groups else None
        joins = (
            last is not None
            and last.heading_path == passage.heading_path
            and last.place == passage.place
            and not last.text.startswith("---")
            and 0 <= passage.span.start - last.span.end <= 4
            and passage.span.end - groups[-1][0].span.start <= _LONGEST
        )
        if joins:
            groups[-1].append(passage)
        else:
            groups.append([passage])
    return [tuple(group) for group in groups]
