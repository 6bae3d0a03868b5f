"""The tools that read: search, answers, notes, links, what to study."""

from __future__ import annotations

from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from kb.plugin_api import Cancellation, KnowledgeBase, cite
from kb.plugin_api.serving import AnswerEvent, SentenceChecked, Step
from kb_plugins.mcp_server.desk import Desk
from kb_plugins.serving import shapes, verbs
from kb_plugins.serving.verbs import LIKELY, MOST_LINES

Name = Annotated[str, Field(description="Path, file name, alias or title of a note.", min_length=1)]


class ReadingTools:
    """Each method is a tool; its name, parameters and docstring are what clients see."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def search(
        self,
        context: Context,
        query: Annotated[
            str,
            Field(
                description='Words or a question; "a phrase", -word, tag:tea, path:journal, title:x, link:[[Note]], '
                "before:2026-03, after:2025 and property:value narrow it.",
                min_length=1,
            ),
        ],
        limit: Annotated[int, Field(description="Passages at most.", ge=1, le=50)] = 10,
    ) -> shapes.Hits:
        """Find the passages of the notes that match best, with path and line. Use `ask` for a checked answer instead."""
        return await self._desk.answer("search", lambda base: verbs.search(base, query, limit), context)

    async def ask(
        self,
        context: Context,
        question: Annotated[str, Field(description="The question, in whole words.", min_length=1)],
        style: Annotated[
            Literal["short", "full", "quotes"], Field(description="How much is said; quotes uses no model.")
        ] = "full",
    ) -> shapes.AnswerShape:
        """Answer a question from the notes alone, checked sentence by sentence, with the quotes it rests on.

        `outcome` is "answered", "unsure" (the closest passages are shown) or "nothing" (the notes do not say);
        [n] in `answer` cites number n of `sources`. Do not add to it what the notes do not say.
        """
        cancellation = Cancellation()
        progress = self._desk.progress(context)

        def tell(event: AnswerEvent) -> None:
            if isinstance(event, Step):
                progress.tell(event.name)
            elif isinstance(event, SentenceChecked) and event.sentence.supported:
                progress.tell(cite(event.sentence))

        def work(base: KnowledgeBase) -> shapes.AnswerShape:
            return verbs.ask(base, question, style, cancellation, tell)

        return await self._desk.answer("ask", work, context, cancellation, progress)

    async def read_note(
        self,
        context: Context,
        note: Name,
        first_line: Annotated[int, Field(description="Where to begin, from 1.", ge=1)] = 1,
        last_line: Annotated[
            int | None,
            Field(description=f"Where to end, inclusive; {MOST_LINES} lines at most are given.", ge=1),
        ] = None,
    ) -> shapes.NoteLines:
        """Read a note, or lines of it, as it stands on disk."""
        return await self._desk.answer(
            "read_note", lambda base: verbs.read_lines(base, note, first_line, last_line), context
        )

    async def list_notes(
        self,
        context: Context,
        filter: Annotated[
            str,
            Field(
                description="folder/, #tag, a period such as last-week or 2026-03, or operators such as "
                "tag:tea -path:old after:2025; empty for every note."
            ),
        ] = "",
        limit: Annotated[int, Field(description="Notes at most.", ge=1, le=1000)] = 100,
        offset: Annotated[int, Field(description="Notes left out at the start.", ge=0)] = 0,
    ) -> shapes.NoteList:
        """List notes that meet a filter; `total` counts all of them."""
        return await self._desk.answer(
            "list_notes", lambda base: verbs.list_notes(base, filter, limit, offset), context
        )

    async def links(self, context: Context, note: Name) -> shapes.NoteLinks:
        """The links of a note, the notes that link to it, and its links that lead to no note yet."""
        return await self._desk.answer("links", lambda base: verbs.links(base, note), context)

    async def related_notes(
        self,
        context: Context,
        note: Name,
        limit: Annotated[int, Field(description="Notes at most.", ge=1, le=50)] = 5,
    ) -> shapes.RelatedNotes:
        """Notes that belong with a note and that it neither links nor mentions, with reasons."""
        return await self._desk.answer(
            "related_notes", lambda base: verbs.related_notes(base, note, limit), context
        )

    async def suggest_links(
        self,
        context: Context,
        note: Name,
        min_confidence: Annotated[float, Field(description="From 0 to 1.", ge=0, le=1)] = LIKELY,
    ) -> shapes.SuggestedLinks:
        """Links that a note may want: words in it that name another note. Nothing is changed."""
        return await self._desk.answer(
            "suggest_links", lambda base: verbs.suggest_links(base, note, min_confidence), context
        )

    async def study_due(self, context: Context) -> shapes.Due:
        """Notes with something to study now, such as cards that are due, and how much of it."""
        return await self._desk.answer(
            "study_due", lambda base: verbs.study_due(self._desk.terminal.due_notes(base)), context
        )

    async def study_items(
        self,
        context: Context,
        filter: Annotated[
            str,
            Field(description="A note, folder/, #tag, period or words; empty for what is due in all notes."),
        ] = "",
        limit: Annotated[int, Field(description="Cards at most.", ge=1, le=50)] = 10,
    ) -> shapes.StudyItems:
        """Quiz cards with their answers, those that are due first. Reading them records no review."""
        return await self._desk.answer(
            "study_items", lambda base: verbs.study_items(base, filter, limit), context
        )

    async def status(self, context: Context) -> shapes.State:
        """How many notes there are, whether the index is in step, whether notes may be written."""

        def work(base: KnowledgeBase) -> shapes.State:
            return verbs.status(base, may_write=base.settings.mcp.write == "on")

        return await self._desk.answer("status", work, context)
