"""Question sets: a folder with `notes/` and `questions.jsonl`, one question a line."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from kb.errors import UsageError

_ARTICLES = re.compile(r"\b(?:a|an|the|der|die|das|ein|eine|el|la|los|las|un|una)\b")


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with what is known of its answer."""

    id: str
    question: str
    answers: tuple[str, ...]  # accepted strings; empty when no note answers
    notes: tuple[str, ...]  # vault-relative paths that hold the answer
    unanswerable: bool


def load_questions(folder: Path) -> list[GoldQuestion]:
    """Read `folder/questions.jsonl`; raises UsageError naming the line that cannot be read."""
    file = folder / "questions.jsonl"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}. A question set is a folder with notes/ and questions.jsonl."
        ) from error
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            questions.append(
                GoldQuestion(
                    id=str(row["id"]),
                    question=str(row["question"]),
                    answers=tuple(map(str, row["answers"])),
                    notes=tuple(map(str, row["notes"])),
                    unanswerable=bool(row["unanswerable"]),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{file}, line {number}, is not a question: {error!r}.") from error
    if not questions:
        raise UsageError(f"{file} holds no question.")
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
