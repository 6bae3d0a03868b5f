"""What is told of an answer while it is being made; front ends render these and know nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass

from kb.answering.answer import Answer, AnswerSentence, Quote


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the work begins, or a decision was taken."""

    name: str  # a short phrase such as "Searching the notes"
    reason: str = ""  # why, and what came of it; for those who ask to be told

    @property
    def message(self) -> str:
        """The step with its reason, as one line."""
        return f"{self.name}: {self.reason}" if self.reason else self.name


@dataclass(frozen=True, slots=True)
class QuotesFound:
    """The quotes the answer will rest on."""

    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """The model finished a sentence, and its check said yes or no."""

    sentence: AnswerSentence


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete."""

    answer: Answer


AnswerEvent = Step | QuotesFound | SentenceChecked | Finished
