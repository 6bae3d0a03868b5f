"""Every operation of the HTTP API: its path, what it takes and gives, and the verb behind it.

The server's routes, their checks and the OpenAPI document are made of this one table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from kb.plugin_api import KnowledgeBase
from kb_plugins.http_server.reading import ReadableNote, readable
from kb_plugins.serving import shapes, verbs

MOST_ASKED = 4_000  # characters of a question, as kb takes them


class Nothing(BaseModel):
    """An operation that takes nothing."""

    model_config = ConfigDict(extra="forbid")


class SearchQuery(Nothing):
    """What to search for."""

    query: str = Field(
        min_length=1,
        description='Words or a question; "a phrase", -word, tag:tea, path:journal, title:x, link:[[Note]], '
        "before:2026-03, after:2025 and property:value narrow it.",
    )
    limit: int = Field(10, ge=1, le=50, description="Passages at most.")


class Earlier(Nothing):
    """A question that was asked before, and its answer."""

    question: str = Field(min_length=1, max_length=MOST_ASKED)
    answer: str = Field("", max_length=20_000)


class Question(Nothing):
    """What to answer."""

    question: str = Field(min_length=1, description="The question, in whole words.")
    style: Literal["short", "full", "quotes"] = Field(
        "full", description="How much is said; quotes uses no model."
    )
    history: list[Earlier] = Field(
        default=[],
        max_length=8,
        description="Earlier questions, oldest first: a follow-up is completed from them.",
    )


class NoteName(Nothing):
    """A note by any of its names."""

    note: str = Field(min_length=1, description="Path, file name, alias or title of a note.")


class NotePart(NoteName):
    """Lines of a note."""

    first_line: int = Field(1, ge=1, description="Where to begin.")
    last_line: int | None = Field(
        None, ge=1, description=f"Where to end, inclusive; {verbs.MOST_LINES} lines at most are given."
    )


class NotePage(NoteName):
    """A note to be read in a browser."""

    line: int = Field(0, ge=0, description="The line that is cited; 0 for none.")


class NoteFilter(Nothing):
    """Which notes to list."""

    filter: str = Field("", description="folder/, #tag, a period or operators; empty for every note.")
    limit: int = Field(100, ge=1, le=1000, description="Notes at most.")
    offset: int = Field(0, ge=0, description="Notes left out at the start.")


class CardFilter(Nothing):
    """Which cards to give."""

    filter: str = Field("", description="A note, folder/, #tag, period or words; empty for what is due.")
    limit: int = Field(10, ge=1, le=50, description="Cards at most.")


class RelatedTo(NoteName):
    """How many related notes."""

    limit: int = Field(5, ge=1, le=50, description="Notes at most.")


class LinksFor(NoteName):
    """How sure links must be."""

    min_confidence: float = Field(verbs.LIKELY, ge=0, le=1, description="From 0 to 1.")


class NewNote(Nothing):
    """A note to write."""

    title: str = Field(min_length=1, description="The new note's title; folder/title puts it there.")
    text: str = Field(min_length=1, max_length=verbs.MOST_CHARACTERS, description="Markdown.")


class Addition(NoteName):
    """A text to add at the end of a note."""

    text: str = Field(min_length=1, max_length=verbs.MOST_CHARACTERS, description="Markdown.")


class Failure(TypedDict):
    """Why a request was refused, as one sentence."""

    error: str


@dataclass(frozen=True)
class Operation:
    """One operation. `work` is None for those whose answers need more than the knowledge base."""

    name: str
    method: Literal["GET", "POST"]
    path: str
    summary: str
    takes: type[BaseModel]
    gives: Any  # a TypedDict
    work: Callable[[KnowledgeBase, Any], Any] | None = None
    writes: bool = False


OPERATIONS = (
    Operation(
        "search", "GET", "/api/search", "Find the passages that match best, with path and line.",
        SearchQuery, shapes.Hits, lambda base, asked: verbs.search(base, asked.query, asked.limit),
    ),
    Operation(
        "ask", "POST", "/api/ask",
        "Answer a question from the notes alone, with the quotes it rests on. With `Accept: text/event-stream`, event by event.",
        Question, shapes.AnswerShape,
    ),
    Operation(
        "read_note", "GET", "/api/note", "Read a note, or lines of it, as it stands on disk.",
        NotePart, shapes.NoteLines,
        lambda base, asked: verbs.read_lines(base, asked.note, asked.first_line, asked.last_line),
    ),
    Operation(
        "read_page", "GET", "/api/page", "Read a note as HTML that does nothing, with its links in both directions.",
        NotePage, ReadableNote, lambda base, asked: readable(base, asked.note, asked.line),
    ),
    Operation(
        "list_notes", "GET", "/api/notes", "List notes that meet a filter; `total` counts all of them.",
        NoteFilter, shapes.NoteList,
        lambda base, asked: verbs.list_notes(base, asked.filter, asked.limit, asked.offset),
    ),
    Operation(
        "links", "GET", "/api/links", "The links of a note, its backlinks, and its links that lead to no note yet.",
        NoteName, shapes.NoteLinks, lambda base, asked: verbs.links(base, asked.note),
    ),
    Operation(
        "related_notes", "GET", "/api/related", "Notes that belong with a note and that it neither links nor mentions.",
        RelatedTo, shapes.RelatedNotes, lambda base, asked: verbs.related_notes(base, asked.note, asked.limit),
    ),
    Operation(
        "suggest_links", "GET", "/api/suggested-links", "Links that a note may want. Nothing is changed.",
        LinksFor, shapes.SuggestedLinks,
        lambda base, asked: verbs.suggest_links(base, asked.note, asked.min_confidence),
    ),
    Operation("study_due", "GET", "/api/due", "Notes with something to study now.", Nothing, shapes.Due),
    Operation(
        "study_items", "GET", "/api/cards", "Quiz cards with their answers, those that are due first.",
        CardFilter, shapes.StudyItems, lambda base, asked: verbs.study_items(base, asked.filter, asked.limit),
    ),
    Operation(
        "status", "GET", "/api/status", "How many notes there are, and whether the index is in step.",
        Nothing, shapes.State,
        lambda base, _: verbs.status(base, may_write=base.settings.serve.write == "on"),
    ),
    Operation(
        "create_note", "POST", "/api/notes", "Write a new note. One that exists is never touched.",
        NewNote, shapes.WrittenNote, lambda base, asked: verbs.create_note(base, asked.title, asked.text),
        writes=True,
    ),
    Operation(
        "append_to_note", "POST", "/api/append", "Add text at the end of a note; what stands there stays as it is.",
        Addition, shapes.WrittenNote, lambda base, asked: verbs.append_to_note(base, asked.note, asked.text),
        writes=True,
    ),
)  # fmt: skip
