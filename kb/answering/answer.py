"""The values an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kb.notes.note import Span

AbstainReason = Literal["", "nothing found", "not covered"]


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a note, copied by code, that an answer may cite."""

    number: int  # as cited: [1], [2] …
    path: str
    line: int  # 1-based
    span: Span  # in the note's text
    title: str
    heading_path: tuple[str, ...]
    quote: str  # as it stands in the note
    text: str  # the same without markup
    relevance: float  # 0 to 1: how likely it holds what was asked for


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer with the verdict of its check."""

    text: str
    supported: bool
    citations: tuple[int, ...]  # numbers of quotes
    verdict: str = ""  # why it was kept or dropped


@dataclass(frozen=True, slots=True)
class NearNote:
    """A note close to a question that no note answers."""

    path: str
    line: int
    title: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is shown, with what it rests on."""

    question: str
    sentences: tuple[AnswerSentence, ...] = ()  # dropped ones included, marked unsupported
    sources: tuple[Quote, ...] = ()
    abstained: bool = False
    reason: AbstainReason = ""
    confidence: float = 0.0  # 0 to 1, of the gate that asks whether the notes hold the answer
    nearest: tuple[NearNote, ...] = ()
    model: str = ""
    seconds: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)  # seconds by step

    @property
    def text(self) -> str:
        """The supported sentences with their citations, as one line."""
        return " ".join(cite(sentence) for sentence in self.sentences if sentence.supported)


def cite(sentence: AnswerSentence) -> str:
    """The sentence with its citations before its final stop, as in `It is so [1].`"""
    marks = "".join(f"[{number}]" for number in sentence.citations)
    if not marks:
        return sentence.text
    body = sentence.text.rstrip()
    stop = body[-1:] if body[-1:] in ".!?。！？" else ""
    return f"{body.removesuffix(stop)} {marks}{stop}"
