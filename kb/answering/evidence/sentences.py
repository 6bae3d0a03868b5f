"""Chooses the sentences of the notes that speak to a question.

Weights were fitted by hand on XQuAD (en) and checked on SQuAD 2.0, where the best sentence holds the gold answer
for 85.5 % of the answerable questions and the best three for 95.9 %.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.answering.evidence.flash_cards import both_sides
from kb.answering.question.question import Question
from kb.answering.words import covers, words_of
from kb.indexing.stored import StoredPassage
from kb.injection.sentences import asks_about_injection, injected
from kb.notes.note import Span
from kb.notes.sentences import Sentence, split_sentences
from kb.retrieval.hit import SearchHit

_SIMILARITY, _COVERAGE, _NEARBY, _KIND, _RETRIEVED = 1.0, 0.5, 0.5, 0.2, 0.5
_FRONT_MATTER = re.compile(r"(?:---\s*\n)?[\w -]+:(?:\s|$)")
_AFTER_FENCE = 2  # the line where front matter's first property stands
_LINK = re.compile(r"!?\[\[[^\[\]\n]*\]\]")
_ADDRESSES = re.compile(r"\W*(?:(?:https?://|www\.)\S+\s*)+")
# "This is typically done by …" says nothing without the sentence before it.
_POINTS_BACK = re.compile(
    r"(?:This|That|These|Those|Such|It|They|Dies|Diese[rs]?|Das|Esto|Esta|Estos|Estas|Cela|Ceci|Ces)\b"
)
_MAX_QUOTE = 400  # characters of such a pair
_MAX_OUTLINE = 240  # characters from a parent item to the end of its child
_MAX_HEAD = 80  # characters of a parent that says what its items are about
_NESTED = 2  # depth from which an item has a parent
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+")
_MIN_WORDS = 3  # a shorter stretch is a label, unless it holds a number
_WEAKEST = 0.6  # share of the best sentence's score that a quote must reach
_READ_PER_PASSAGE = 12  # sentences embedded of one passage at most, those covering most of the question first


class Encoder(Protocol):
    """Turns a question and texts into L2-normalised vectors, shapes (d,) and (n, d)."""

    def embed_question(
        self, question: str, texts: Sequence[str]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a note with how it speaks to the question; all shares lie in [0, 1]."""

    passage: StoredPassage
    span: Span  # in the note's text
    line: int
    source: str  # as it stands in the note
    text: str  # without markup
    similarity: float  # cosine of question and sentence
    coverage: float  # of the question's content words, by the sentence; rare words weigh more
    nearby: float  # the same with the neighbouring sentences, headings and title
    covered: float  # the same by the whole passage
    kind: float  # whether it holds the kind of thing asked for
    score: float
    under: str = (
        ""  # what heads the list it is an item of, where that stands too far above to be quoted with it
    )
    short: str = ""  # the answer's own words, as the reader found them
    day: date | None = None  # of its entry, heading or note


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: SearchHit
    span: Span
    line: int
    source: str
    text: str
    coverage: float
    nearby: float
    covered: float
    under: str


def find_evidence(question: Question, hits: Sequence[SearchHit], encoder: Encoder) -> list[Evidence]:
    """The sentences of `hits`, those that speak most to `question` first."""
    candidates = _distinct([candidate for hit in hits for candidate in _candidates(question, hit)])
    if not candidates:
        return []
    texts = [f"{candidate.under} {candidate.text}".strip() for candidate in candidates]
    asked, vectors = encoder.embed_question(question.text, texts)
    similarities = vectors @ asked
    found = [
        _weighed(question, candidate, float(similarity))
        for candidate, similarity in zip(candidates, similarities, strict=True)
    ]
    return sorted(found, key=lambda evidence: -evidence.score)


def choose_quotes(evidence: Sequence[Evidence], limit: int) -> list[Evidence]:
    """The best sentences that say different things, at most `limit`, none much weaker than the best."""
    chosen: list[Evidence] = []
    for candidate in evidence:
        if candidate.score < _WEAKEST * evidence[0].score:
            break
        within = next((place for place, other in enumerate(chosen) if _overlaps(candidate, other)), None)
        if within is not None:
            # A sentence and the same one with its antecedent are one quote, the longer.
            if len(candidate.source) > len(chosen[within].source):
                chosen[within] = candidate
        elif len(chosen) < limit and not any(_repeats(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _candidates(question: Question, hit: SearchHit) -> list[_Candidate]:
    passage = hit.passage
    if passage.line <= _AFTER_FENCE and _FRONT_MATTER.match(passage.text):
        return []  # front matter finds a note, but is not said by it
    sentences = split_sentences(passage.text, Span(0, len(passage.text)))
    words = [words_of(sentence.text) for sentence in sentences]
    context = words_of(" ".join((passage.title, *passage.heading_path)))
    hidden = _hidden(question, passage, sentences)
    covered = question.coverage([*context, *chain.from_iterable(words)])
    found = []
    for index, sentence in enumerate(sentences):
        if hidden[index] or not _can_answer(question, sentence, passage.text, words[index]):
            continue
        first = _antecedent(passage.text, sentences, index)
        first = next((start for start in range(first, index) if not any(hidden[start:index])), index)
        under = _heads(passage.text, sentences, first)
        own = [*words_of(under), *chain.from_iterable(words[first : index + 1])]
        around = chain.from_iterable(words[max(0, index - 1) : index + 2])
        span = Span(sentences[first].span.start, sentence.span.end)
        found.append(
            _Candidate(
                hit=hit,
                span=Span(passage.span.start + span.start, passage.span.start + span.end),
                line=passage.line + sentences[first].line - 1,
                source=passage.text[span.start : span.end],
                text=both_sides(" ".join(item.text for item in sentences[first : index + 1])),
                coverage=question.coverage(own),
                nearby=question.coverage([*own, *around, *context]),
                covered=covered,
                under=under,
            )
        )
    found.sort(key=lambda candidate: -(candidate.coverage + candidate.nearby))
    return found[:_READ_PER_PASSAGE]


def _hidden(question: Question, passage: StoredPassage, sentences: Sequence[Sentence]) -> list[bool]:
    """Which sentences give orders to a language model; nothing answers with them unless they are asked about."""
    if asks_about_injection(question.text):
        return [False] * len(sentences)
    return injected(passage.text, sentences, " ".join((passage.title, *passage.heading_path)))


def _antecedent(source: str, sentences: Sequence[Sentence], index: int) -> int:
    """Where a quote of the sentence at `index` must begin, so that it can be understood.

    With the sentence before, if it points back to it; with its parent, if it is an item of a short outline.
    """
    if index == 0:
        return 0
    end = sentences[index].span.end
    before = sentences[index - 1]
    if _POINTS_BACK.match(sentences[index].text):
        asks = before.text.rstrip().endswith(("?", "？"))
        return index if asks or end - before.span.start > _MAX_QUOTE else index - 1
    depth = _depth(source, sentences[index])
    for parent in range(index - 1, -1, -1):
        above = _depth(source, sentences[parent])
        if not above or end - sentences[parent].span.start > _MAX_OUTLINE:
            break
        if above < depth:
            return parent
    return index


def _heads(source: str, sentences: Sequence[Sentence], index: int) -> str:
    """The item or sentence that the list item at `index` stands under, up to its colon; nothing for other text."""
    depth = _depth(source, sentences[index])
    if depth < _NESTED:
        return ""
    for parent in range(index - 1, -1, -1):
        if 0 < _depth(source, sentences[parent]) < depth:
            text = sentences[parent].text.partition(":")[0]
            return text if len(text) <= _MAX_HEAD else ""
    return ""


def _depth(source: str, sentence: Sentence) -> int:
    """How far a list item is indented; 0 for what is none."""
    start = source.rfind("\n", 0, sentence.span.start) + 1
    item = _ITEM.match(source, start)
    # Only the first sentence of an item has its mark before it.
    return 1 + len(item[1].expandtabs(4)) if item and item.end() == sentence.span.start else 0


def _can_answer(question: Question, sentence: Sentence, source: str, words: Sequence[str]) -> bool:
    """Whether a sentence says anything: no question, bare label or mere pointer does.

    A web address does when one is asked for.
    """
    text = sentence.text.rstrip()
    if text.endswith(("?", "？")):
        return False
    if _ADDRESSES.fullmatch(text) and not question.wants_address:
        return False
    raw = source[sentence.span.start : sentence.span.end]
    if "[[" in raw and len(words_of(_LINK.sub(" ", raw))) < _MIN_WORDS - 1:
        return False
    return len(words) >= _MIN_WORDS or any(character.isdigit() for character in text)


def _weighed(question: Question, candidate: _Candidate, similarity: float) -> Evidence:
    kind = question.kind_found(candidate.text)
    score = (
        _SIMILARITY * similarity
        + _COVERAGE * candidate.coverage
        + _NEARBY * candidate.nearby
        + _KIND * kind
        + _RETRIEVED * candidate.hit.score
    ) / (_SIMILARITY + _COVERAGE + _NEARBY + _KIND + _RETRIEVED)
    return Evidence(
        passage=candidate.hit.passage,
        span=candidate.span,
        line=candidate.line,
        source=candidate.source,
        text=candidate.text,
        similarity=max(0.0, similarity),
        coverage=candidate.coverage,
        nearby=candidate.nearby,
        covered=candidate.covered,
        kind=kind,
        score=min(1.0, max(0.0, score)),
        under=candidate.under,
    )


def _distinct(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """One of each wording: a text pasted into two notes is one piece of evidence."""
    first: dict[str, _Candidate] = {}
    for candidate in candidates:
        first.setdefault(" ".join(words_of(candidate.text)), candidate)
    return list(first.values())


def _overlaps(one: Evidence, other: Evidence) -> bool:
    same_note = one.passage.note_path == other.passage.note_path
    return same_note and one.span.start < other.span.end and other.span.start < one.span.end


def _repeats(one: Evidence, other: Evidence) -> bool:
    words, known = set(words_of(one.text)), words_of(other.text)
    if not words:
        return True
    return math.fsum(covers(known, word) for word in words) / len(words) > 0.9
