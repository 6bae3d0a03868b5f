"""Of several dated statements of the same, the one that is in force: the latest, or the first where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from kb.answering.evidence.candidate import Candidate
from kb.answering.gates.negation import polarity
from kb.answering.question.intent import Intent, names_kind, tells_change
from kb.answering.question.question import Question
from kb.answering.words import content_words, covers, words_of
from kb.notes.plain import plain_text

_SUPERSEDES = 2.0  # log odds by which a later statement of the same may fall behind an earlier one …
_SUPERSEDES_ELSEWHERE = 0.7  # … of another note …
_AMENDS = 6.0  # … and one that says that something is changed, where the reader sees an answer in it


def in_force(question: Question, best: Candidate, found: Sequence[Candidate], intent: Intent) -> Candidate:
    """`best`, or what superseded it: a later statement of the same, in its note or elsewhere."""
    if not intent.wants_earliest and (last := _amended(question, best, found)):
        return replace(last, score=max(best.score, last.score))
    if not intent.wants_earliest and not best.is_several and (item := _corrected_below(question, best)):
        return item
    if best.day is None:
        return best
    if not intent.wants_earliest and (denial := _denial(question, best, found)):
        others = [item for item in found if _says_else(item, best, denial)]
        return max(others, key=lambda item: item.score, default=best)
    rivals = [
        item
        for item in found
        if item.day is not None
        and item.score
        >= best.score
        - (_SUPERSEDES if _same_note(item, best) or intent.wants_latest else _SUPERSEDES_ELSEWHERE)
    ]
    if intent.wants_earliest:
        return min(rivals, key=lambda item: item.day or date.max)
    return max(rivals, key=lambda item: (item.day or date.min, item.score))


def _amended(question: Question, best: Candidate, found: Sequence[Candidate]) -> Candidate | None:
    """The latest statement of its note that says that what `best` says is changed, and gives what is asked for instead."""
    changes = [
        item
        for item in found
        if _same_note(item, best)
        and _follows(item, best)
        and (_tells_otherwise(question, item, best) or _gives_anew(question, item, best))
    ]
    return max(changes, key=lambda item: (item.day or date.min, item.span.start), default=None)


def _tells_otherwise(question: Question, item: Candidate, best: Candidate) -> bool:
    """Whether `item` says that something is changed, and the reader sees an answer in it."""
    return (
        item.score >= best.score - _AMENDS
        and item.features.span > 0
        and tells_change(item.text)
        and (question.kind not in ("number", "date") or question.kind_found(item.text) > 0)
    )


def _gives_anew(question: Question, item: Candidate, best: Candidate) -> bool:
    """Whether `item`, below `best` in the same log, gives the date or place that is asked for by that word.

    Entries of a log go on about its subject and do not name it again: "date moves to Sunday", "place: the boathouse".
    """
    in_log = item.section is best.section and item.day is not None and best.day is not None
    return in_log and names_kind(question.kind, item.text) and question.kind_found(item.text) > 0


def _denial(question: Question, best: Candidate, found: Sequence[Candidate]) -> Candidate | None:
    """A later statement that denies what `best` gives as the answer: "it can not be in the old hall"."""
    given = content_words(best.short)
    if question.kind in ("number", "date"):  # who denies the place does not deny the day
        given = [word for word in given if any(map(str.isdigit, word))]
    return next(
        (item for item in found if item.day and best.day and item.day > best.day and _denies(item, given)),
        None,
    )


def _denies(item: Candidate, words: Sequence[str]) -> bool:
    denied = polarity(item.text).denied
    return any(covers(denied, word) for word in words)


def _says_else(item: Candidate, best: Candidate, denial: Candidate) -> bool:
    """Whether the reader sees another answer in `item`, of the day of the denial or later."""
    if item.day is None or denial.day is None or item.day < denial.day or item.features.span <= 0:
        return False
    words = set(words_of(item.text))
    return item.score >= best.score - _AMENDS and not any(
        covers(words, word) for word in content_words(best.short)
    )


def _follows(item: Candidate, best: Candidate) -> bool:
    """Whether `item` was written after `best`: on a later day, or further down where neither has a day of its own."""
    if item.day and best.day and item.day != best.day:
        return item.day > best.day
    return item.section is best.section and item.day == best.day and item.span.start >= best.span.end


def _corrected_below(question: Question, best: Candidate) -> Candidate | None:
    """The last item below that of `best` which says that it is changed, and gives what is asked for instead."""
    text = best.section.text
    below = [
        part.span
        for part in best.block.parts
        if part.depth and best.span.start < part.span.start and part.span.end <= best.span.end
    ]
    for span in reversed(below):
        said = plain_text(text[span.start : span.end]).strip()
        if tells_change(said) and (question.kind not in ("number", "date") or question.kind_found(said) > 0):
            return replace(best, span=span, short=said, whole=False)
    return None


def _same_note(item: Candidate, other: Candidate) -> bool:
    return item.section.first.note_path == other.section.first.note_path
