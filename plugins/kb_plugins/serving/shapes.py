"""What the tools give back; the SDK makes their JSON schemas of it."""

from __future__ import annotations

from typing_extensions import TypedDict


class Hit(TypedDict):
    """A passage that matches."""

    path: str
    line: int
    page: int | None
    title: str
    headings: list[str]
    text: str
    score: float
    also_in: list[str]
    warning: str


class Hits(TypedDict):
    """Passages, best first."""

    query: str
    hits: list[Hit]


class Sentence(TypedDict):
    """A sentence of an answer."""

    text: str
    supported: bool
    citations: list[int]
    verdict: str


class Source(TypedDict):
    """A quote that an answer may cite."""

    number: int
    path: str
    line: int
    page: int | None
    quote: str
    cited: bool


class AnswerBlock(TypedDict):
    """A block of a note that the answer cites, whole."""

    number: int
    path: str
    line: int
    page: int | None
    headings: list[str]
    text: str
    short: str


class AnswerShape(TypedDict):
    """An answer; the form of `kb ask --json`."""

    question: str
    understood: str
    answer: str
    outcome: str
    short: str
    abstained: bool
    reason: str
    confidence: float
    missing: list[str]
    disagreement: bool
    sentences: list[Sentence]
    sources: list[Source]
    blocks: list[AnswerBlock]
    model: str
    seconds: float


class NoteLines(TypedDict):
    """Lines of a note."""

    path: str
    title: str
    first_line: int
    last_line: int
    lines: int
    text: str
    warning: str


class Listed(TypedDict):
    """A note in a list."""

    path: str
    title: str
    day: str


class NoteList(TypedDict):
    """Notes by path, or best first."""

    total: int
    notes: list[Listed]


class LinkFrom(TypedDict):
    """A link to the note."""

    path: str
    line: int
    relation: str


class Unwritten(TypedDict):
    """A link that leads to no note."""

    target: str
    line: int
    near: list[str]


class NoteLinks(TypedDict):
    """The links of a note in both directions."""

    path: str
    links: list[LinkFrom]
    backlinks: list[LinkFrom]
    unwritten: list[Unwritten]


class Related(TypedDict):
    """A note that belongs with another."""

    path: str
    reasons: list[str]
    quote: str


class RelatedNotes(TypedDict):
    """Notes that belong with the note and that it neither links nor mentions."""

    path: str
    notes: list[Related]


class Suggested(TypedDict):
    """A link that a mention may become."""

    line: int
    mention: str
    target: str
    replacement: str
    confidence: float
    reasons: list[str]
    rivals: list[str]


class SuggestedLinks(TypedDict):
    """Links that the note may want, in the order of its text. Nothing was changed."""

    path: str
    links: list[Suggested]


class DueNote(TypedDict):
    """A note with something to study."""

    path: str
    due: int


class Due(TypedDict):
    """What is to be studied now."""

    total: int
    notes: list[DueNote]


class StudyItem(TypedDict):
    """A quiz card as its note has it now. `options` is empty but for a choice; `quote` is what the note says."""

    id: str
    asks: str
    question: str
    options: list[str]
    answer: str
    path: str
    line: int
    quote: str
    due: bool


class StudyItems(TypedDict):
    """Quiz cards, those that are due first. Reading them changes no schedule."""

    items: list[StudyItem]


class State(TypedDict):
    """How the knowledge base stands."""

    notes: int
    passages: int
    notes_behind: int
    may_write: bool
    ignored_settings: list[str]


class WrittenNote(TypedDict):
    """Where something was written."""

    path: str
    line: int
    new: bool
    undo: str
