"""The values an answer is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from kb.notes.note import Span
from kb.notes.places import link_target, where
from kb.safe_text import notebook_line

AbstainReason = Literal[
    "", "nothing found", "not covered", "not indexed", "out of step", "not a question", "no notes"
]
Outcome = Literal["answered", "unsure", "nothing"]
_SENTENCE_END = re.compile(r"[.!?…。！？:：][\"”’»)\]*_]*\s*$")
Style = Literal["short", "full", "quotes"]  # one sentence; two, and quotes; quotes alone


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
    date: str = ""  # ISO 8601: when its note says it was written, where that matters
    short: str = ""  # the answer's own words in it, without markup; empty where the reader named none
    place: str = ""  # of a file that is no Markdown, see kb.notes.places: `page=12`

    @property
    def where(self) -> str:
        """Where it stands, as people read it: `Tea.md:12`, `Papers/x.pdf, p. 12`."""
        return where(self.path, self.line, self.place)

    @property
    def link(self) -> str:
        """What a wiki link to its place names: `Tea`, `Papers/x.pdf#page=12`."""
        return link_target(self.path, self.place)


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer with the verdict of its check."""

    text: str
    supported: bool
    citations: tuple[int, ...]  # numbers of quotes
    verdict: str = ""  # why it was kept or dropped

    @property
    def message(self) -> str:
        """What became of the sentence and why, as one line."""
        return f"{'kept' if self.supported else 'dropped'} ({self.verdict}): {self.text}"


@dataclass(frozen=True, slots=True)
class NearNote:
    """A note close to a question that no note answers."""

    path: str
    line: int
    title: str
    place: str = ""

    @property
    def where(self) -> str:
        """Where it stands, as people read it."""
        return where(self.path, self.line, self.place)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is shown, with what it rests on."""

    question: str
    understood: str = ""  # the question as it was searched for, where a follow-up had to be completed
    sentences: tuple[AnswerSentence, ...] = ()  # dropped ones included, marked unsupported
    sources: tuple[Quote, ...] = ()
    outcome: Outcome = "answered"
    reason: AbstainReason = ""
    confidence: float = 0.0  # 0 to 1, of the gate that asks whether the notes hold the answer
    nearest: tuple[NearNote, ...] = ()
    missing: tuple[str, ...] = ()  # what was asked for and no quote speaks of
    disagreement: bool = False  # the notes say different things, and all of them are quoted
    waiting: int = (
        0  # passages not embedded yet, or notes not read yet, when that may be why nothing was found
    )
    model: str = ""
    seconds: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)  # seconds by step

    @property
    def abstained(self) -> bool:
        """Whether it answers nothing: kb is not certain, or the notes hold nothing."""
        return self.outcome != "answered"

    @property
    def short(self) -> str:
        """The answer's own words, as the reader found them in the first quote cited; empty where it named none."""
        return next((quote.short for quote in self.cited if quote.short), "")

    @property
    def cited(self) -> tuple[Quote, ...]:
        """The sources that the answer's sentences cite."""
        numbers = {number for item in self.sentences if item.supported for number in item.citations}
        return tuple(quote for quote in self.sources if quote.number in numbers)

    @property
    def text(self) -> str:
        """The supported sentences with their citations: as one line, or as lines where one of them is a block or a note's line."""
        supported = [sentence for sentence in self.sentences if sentence.supported]
        said = [cite(sentence) for sentence in supported]
        apart = any("\n" in sentence for sentence in said) or not all(
            _SENTENCE_END.search(sentence.text) for sentence in supported[:-1]
        )
        return ("\n" if apart else " ").join(said)

    def _repr_markdown_(self) -> str:
        """For notebooks: the answer, or why there is none, and its sources."""
        text = abstention(self) if self.abstained else self.text
        said = "\n".join(map(notebook_line, text.splitlines()))
        shown = self.cited or self.sources
        rows = [
            f"{one.number}. {notebook_line(one.where)}"
            + "".join(f"\n   > {notebook_line(row)}" for row in one.quote.splitlines())
            for one in shown
        ]
        return "\n\n".join([said, "\n".join(rows)]).strip() + "\n"


def abstention(answer: Answer) -> str:
    """One sentence on why `answer` is none."""
    if answer.outcome == "unsure":
        return "Not certain. The closest passages in your notes:"
    match answer.reason:
        case "not indexed":
            return (
                f"No keyword match, and {answer.waiting} passages aren't embedded yet. "
                "Try again once indexing finishes."
            )
        case "out of step":
            noun = "note has" if answer.waiting == 1 else "notes have"
            return (
                f"Your indexed notes don't answer this, but {answer.waiting} {noun} changed since. "
                "Run kb index and ask again."
            )
        case "not a question":
            return (
                "Ask a question that your notes may answer, such as “When did I last water the plants?”. "
                "kb help lists what else kb can do."
            )
        case "no notes":
            return "There are no notes yet. Write some Markdown files in your vault, then run kb index."
        case "nothing found":
            return "Nothing in your notes mentions this."
        case _:
            return "Your notes don't answer this."


def cite(sentence: AnswerSentence) -> str:
    """The sentence with its citations before its final stop, as in `It is so [1].`"""
    marks = "".join(f"[{number}]" for number in sentence.citations)
    if not marks:
        return sentence.text
    body = sentence.text.rstrip()
    stop = body[-1:] if body[-1:] in ".!?。！？" else ""
    return f"{body.removesuffix(stop)} {marks}{stop}"
