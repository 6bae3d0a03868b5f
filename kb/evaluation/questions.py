"""Question sets: a folder with `notes/` and `questions.jsonl`, one question a line."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kb.errors import UsageError
from kb.files.small import parse_json, read_small

_MOST_BYTES = 100_000_000
_ARTICLES = re.compile(r"\b(?:a|an|the|der|die|das|ein|eine|el|la|los|las|un|una)\b")


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with what is known of its answer."""

    id: str
    question: str
    answers: tuple[str, ...]  # accepted strings; empty when no note answers
    notes: tuple[str, ...]  # vault-relative paths that hold the answer
    unanswerable: bool
    kind: str = ""  # of question, such as "list"; figures are told by it
    history: tuple[str, ...] = ()  # questions asked before it in the same conversation
    groups: tuple[tuple[str, ...], ...] = ()  # one string of each must be said: lists, steps, comparisons
    never: tuple[str, ...] = ()  # must not be said, such as a date that no longer holds
    derived: bool = False  # worked out: one of `answers`, or the support in `groups`, will do
    today: date | None = None  # the day it is asked on; None for the clock's

    def is_held_by(self, text: str) -> bool:
        """Whether `text` says what is accepted and nothing that must not be said."""
        if any(holds_answer(text, (said,)) for said in self.never):
            return False
        grouped = bool(self.groups) and all(holds_answer(text, group) for group in self.groups)
        if self.derived:
            return grouped or holds_answer(text, self.answers)
        named = not self.answers or holds_answer(text, self.answers)
        return named and (grouped or not self.groups) and bool(self.answers or self.groups)


def load_questions(folder: Path) -> list[GoldQuestion]:
    """Read `folder/questions.jsonl`; raises UsageError naming the line that cannot be read."""
    file = folder / "questions.jsonl"
    try:
        lines = read_small(file, _MOST_BYTES).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"{file} cannot be read: {reason}. A question set is a folder with notes/ and questions.jsonl."
        ) from error
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
            questions.append(
                GoldQuestion(
                    id=str(row["id"]),
                    question=str(row["question"]),
                    answers=tuple(map(str, row.get("answers") or ())),
                    notes=tuple(map(str, row.get("notes") or ())),
                    unanswerable=bool(row["unanswerable"]),
                    kind=str(row.get("kind", "")),
                    history=tuple(map(str, row.get("history") or ())),
                    groups=tuple(tuple(map(str, group)) for group in row.get("all") or ()),
                    never=tuple(map(str, row.get("not") or ())),
                    derived=bool(row.get("derived")),
                    today=date.fromisoformat(row["today"]) if row.get("today") else None,
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{file}, line {number}, is not a question: {error!r}.") from error
    if not questions:
        raise UsageError(f"{file} holds no questions.")
    return questions


def holds_answer(text: str, answers: tuple[str, ...]) -> bool:
    """Whether `text` contains an accepted answer, whatever its case, punctuation and articles."""
    plain = f" {_normal(text)} "
    return any(f" {_normal(answer)} " in plain or _unspaced_in(answer, text) for answer in answers)


def _normal(text: str) -> str:
    lower = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_ARTICLES.sub(" ", re.sub(r"[^\w\s]", " ", lower)).split())


def _unspaced_in(answer: str, text: str) -> bool:
    """Scripts without spaces have no word boundaries to respect."""
    return any(ord(character) > 0x2E7F for character in answer) and _normal(answer) in _normal(text)
