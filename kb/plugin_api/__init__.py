"""What a plugin may see of kb, in one place; version 1.

A plugin is a module named by an entry point in the group `kb.plugins`. It implements any of the hooks of `Hooks`
with `@hookimpl`, and imports from kb only what stands here:

    from kb.plugin_api import Mode, hookimpl

    @hookimpl
    def kb_modes():
        return [Mode(name="echo", title="Echo", summary="Says it back", argument="", start=EchoSession)]

A `Mode` is a way of talking with the notes. Front ends open a session of it, hand each line of the user to
`Session.reply`, and render the events; they know no mode by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from kb.plugin_api.hooks import Hooks, Terminal, hookimpl, hookspec
from kb.plugin_api.lazy import MAIN, lazily

if TYPE_CHECKING:
    from kb.answering.answer import Answer, AnswerSentence, Quote, cite
    from kb.answering.gates.groundedness import check_groundedness
    from kb.answering.gates.negation import contradicts, polarity
    from kb.answering.generation.draft import sentences_of
    from kb.answering.question.question import Question, read_question
    from kb.answering.words import content_words, covers, numbers_of, same_word, words_of
    from kb.errors import KbError, ModelError, NothingToStudy, ReviewsUnwritable, UsageError
    from kb.machine_log import MachineLog
    from kb.models.language_model import Cancellation, LanguageModel, Message, Options, Usage
    from kb.notes.injected import injected_spans
    from kb.notes.note import Block, Note, Section, Span, Tag, Task
    from kb.notes.opaque import Opaque, opaque_spans, without_comments
    from kb.notes.places import place_at, span_of, where
    from kb.notes.plain import plain_text
    from kb.notes.sentences import Sentence, split_sentences
    from kb.plugin_api.base import KnowledgeBase
    from kb.reading.reading import Reading, Support
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.selection import Selection
    from kb.safe_text import safe_line, safe_text
    from kb.settings import Settings
    from kb.sources.source import Source
    from kb.text.days import day_in
    from kb.text.language import language_of, language_told
    from kb.text.quantities import Quantity, quantities_in, same_quantity

__all__ = [
    "API_VERSION",
    "CARD_KINDS",
    "OLDEST_API_VERSION",
    "Answer",
    "AnswerSentence",
    "Answered",
    "Block",
    "Cancellation",
    "Card",
    "Choices",
    "Done",
    "Event",
    "Exporter",
    "Hooks",
    "KbError",
    "KnowledgeBase",
    "LanguageModel",
    "MachineLog",
    "Message",
    "Mode",
    "ModelError",
    "ModelSource",
    "Note",
    "NothingToStudy",
    "Opaque",
    "Options",
    "Panel",
    "Quantity",
    "Question",
    "Quote",
    "Reading",
    "ReviewsUnwritable",
    "Said",
    "Saved",
    "SearchHit",
    "Searcher",
    "Section",
    "Selection",
    "Sentence",
    "Session",
    "Settings",
    "Source",
    "Sources",
    "Span",
    "Standing",
    "Status",
    "Support",
    "Tag",
    "Task",
    "Terminal",
    "Usage",
    "UsageError",
    "Verdict",
    "check_groundedness",
    "cite",
    "content_words",
    "contradicts",
    "covers",
    "day_in",
    "hookimpl",
    "hookspec",
    "injected_spans",
    "language_of",
    "language_told",
    "numbers_of",
    "opaque_spans",
    "place_at",
    "plain_text",
    "polarity",
    "quantities_in",
    "read_question",
    "safe_line",
    "safe_text",
    "same_quantity",
    "same_word",
    "sentences_of",
    "span_of",
    "split_sentences",
    "where",
    "without_comments",
    "words_of",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, MAIN)

# Raised when something is added; docs/plugins.md says what else may change, and when.
API_VERSION = 1
OLDEST_API_VERSION = 1  # plugins made for it still work

CardKind: TypeAlias = Literal["cloze", "choice", "true-false", "short", "explain", "open"]
CARD_KINDS: Mapping[CardKind, str] = {  # as a person is told
    "cloze": "fill the gap",
    "choice": "choose one",
    "true-false": "true or false",
    "short": "a short answer",
    "explain": "in your own words",
    "open": "an open question",
}
Grade: TypeAlias = Literal["right", "unsure", "wrong"]


@dataclass(frozen=True, slots=True)
class Status:
    """What is being done, in a few words; replaced by the next event."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A finished, checked piece of the reply, as Markdown; to be appended as a block of its own."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What the numbers [n] of the reply cite."""

    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What the pieces of this turn come to; a front end may lay it out as a whole in their place, or pass it over."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Card:
    """A question put to the learner."""

    number: int  # of this session, from 1
    total: int  # 0 when the session has no fixed length
    kind: CardKind
    stem: str  # the question, plain text; a cloze has "_____" for its gap
    options: tuple[str, ...] = ()  # of a choice, in the order of the keys a, b, c …
    source: Quote | None = None  # where the answer stands; show it only after the reply


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer was graded. The note's own words decide; "unsure" leaves it to the learner."""

    grade: Grade
    key: str  # the note's answer, word for word; empty when it is not to be shown yet
    source: Quote | None = None
    note: str = ""  # one sentence, such as "Close: the note says 1885."


@dataclass(frozen=True, slots=True)
class Choices:
    """Quick replies: what to send, and its label, such as ("3", "good · in 4 days")."""

    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the session stands, for a status line: card 3 of 10 · 2 right."""

    label: str
    value: int
    of: int  # 0 when there is no end to count to
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A file was written."""

    path: Path


@dataclass(frozen=True, slots=True)
class Done:
    """The turn is complete; always the last event, exactly once."""

    ended: bool = False  # the session is over, no reply is taken any more


Event: TypeAlias = Status | Said | Sources | Answered | Card | Verdict | Choices | Standing | Saved | Done


class Session(Protocol):
    """One conversation in a mode. Called from one thread at a time; every iterator ends with one Done.

    A KbError raised from an iterator ends that turn, and the session can go on. A reply that begins with "/" is one
    of the mode's commands.
    """

    def open(self, argument: str, cancellation: Cancellation, /) -> Iterator[Event]:
        """Begin; `argument` is what the user named (a note, a topic …), empty for nothing."""

    def reply(self, text: str, cancellation: Cancellation, /) -> Iterator[Event]:
        """Go on with what the user said."""

    def close(self) -> None:
        """Let go; closing twice is fine. What was done stays done."""


@dataclass(frozen=True)
class Mode:
    """A way of talking with the notes."""

    name: str  # lower case, one word: what is typed after /mode
    title: str
    summary: str  # one line
    argument: str  # placeholder such as "note, #tag, folder/ or topic"; empty when none is taken
    start: Callable[[KnowledgeBase], Session]  # cheap: nothing is loaded before `open`
    commands: Mapping[str, str] = field(default_factory=dict)  # "/skip" -> "come back to this card later"


@dataclass(frozen=True)
class Panel:
    """A panel for the terminal interface."""

    name: str
    title: str
    make: Callable[[KnowledgeBase], Any]  # a textual.widget.Widget; called on the interface's own thread


@dataclass(frozen=True)
class Searcher:
    """Puts the hits of a search into another order, or drops some; in force with `retrieval.searcher = "NAME"`."""

    name: str
    rerank: Callable[[KnowledgeBase, str, Sequence[SearchHit]], Sequence[SearchHit]]


@dataclass(frozen=True)
class ModelSource:
    """A kind of language model; in force with `models.plugin = "NAME"`, and opened with the value of `models.path`."""

    name: str
    open: Callable[[Settings, str], LanguageModel]


@dataclass(frozen=True)
class Exporter:
    """Writes something made from the notes to a file: `kb plugins export NAME FILE`."""

    name: str
    summary: str
    write: Callable[[KnowledgeBase, Path], None]
