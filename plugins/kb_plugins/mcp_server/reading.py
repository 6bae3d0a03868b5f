"""The tools that read: search, answers, notes, links, what to study."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from mcp.server.mcpserver import Context
from pydantic import Field

from kb.plugin_api import Cancellation, KbError, KnowledgeBase, cite
from kb.plugin_api.serving import Finished, SentenceChecked, Step, answer_json, hit_json, worth_showing
from kb_plugins.mcp_server import shapes
from kb_plugins.mcp_server.desk import Desk, find_note, warning_in
from kb_plugins.mcp_server.worker import Told

MOST_LINES = 400  # of a note in one reply
_LIKELY = 0.3  # confidence from which a link is suggested, as by `kb link`
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
        return await self._desk.answer("search", lambda base: _search(base, query, limit), context)

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
        told = self._desk.told(context)

        def work(base: KnowledgeBase) -> shapes.AnswerShape:
            return _ask(base, question, style, cancellation, told)

        return await self._desk.answer("ask", work, context, cancellation, told)

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
            "read_note", lambda base: read_lines(base, note, first_line, last_line), context
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

        def work(base: KnowledgeBase) -> shapes.NoteList:
            found = base.list_notes(filter)
            return {
                "total": len(found),
                "notes": [
                    {"path": one.path, "title": one.title, "day": one.day.isoformat()}
                    for one in found[offset : offset + limit]
                ],
            }

        return await self._desk.answer("list_notes", work, context)

    async def links(self, context: Context, note: Name) -> shapes.NoteLinks:
        """The links of a note, the notes that link to it, and its links that lead to no note yet."""

        def work(base: KnowledgeBase) -> shapes.NoteLinks:
            found = base.links(note)
            return {
                "path": found.path,
                "links": [
                    {"path": one.resolved or "", "line": one.line, "relation": one.relation or ""}
                    for one in found.out
                ],
                "backlinks": [
                    {"path": one.source, "line": one.line, "relation": one.relation or ""}
                    for one in found.back
                ],
                "unwritten": [
                    {
                        "target": one.target,
                        "line": one.line,
                        "near": list(found.suggestions.get(one.target, ())),
                    }
                    for one in found.unresolved
                ],
            }

        return await self._desk.answer("links", work, context)

    async def related_notes(
        self,
        context: Context,
        note: Name,
        limit: Annotated[int, Field(description="Notes at most.", ge=1, le=50)] = 5,
    ) -> shapes.RelatedNotes:
        """Notes that belong with a note and that it neither links nor mentions, with reasons."""

        def work(base: KnowledgeBase) -> shapes.RelatedNotes:
            path = find_note(base, note)
            return {
                "path": path,
                "notes": [
                    {"path": one.path, "reasons": list(one.reasons), "quote": one.quote or ""}
                    for one in base.related_notes(path, limit)
                ],
            }

        return await self._desk.answer("related_notes", work, context)

    async def suggest_links(
        self,
        context: Context,
        note: Name,
        min_confidence: Annotated[float, Field(description="From 0 to 1.", ge=0, le=1)] = _LIKELY,
    ) -> shapes.SuggestedLinks:
        """Links that a note may want: words in it that name another note. Nothing is changed."""

        def work(base: KnowledgeBase) -> shapes.SuggestedLinks:
            path = find_note(base, note)
            return {
                "path": path,
                "links": [
                    {
                        "line": one.line,
                        "mention": one.mention,
                        "target": one.target,
                        "replacement": one.replacement,
                        "confidence": round(one.confidence, 3),
                        "reasons": list(one.reasons),
                        "rivals": list(one.rivals),
                    }
                    for one in base.link_suggestions(path, min_confidence)
                ],
            }

        return await self._desk.answer("suggest_links", work, context)

    async def study_due(self, context: Context) -> shapes.Due:
        """Notes with something to study now, such as cards that are due, and how much of it."""

        def work(base: KnowledgeBase) -> shapes.Due:
            due = self._desk.terminal.due_notes(base)
            ranked = sorted(due.items(), key=lambda item: (-item[1], item[0]))
            return {
                "total": sum(due.values()),
                "notes": [{"path": path, "due": count} for path, count in ranked],
            }

        return await self._desk.answer("study_due", work, context)

    async def status(self, context: Context) -> shapes.State:
        """How many notes there are, whether the index is in step, whether notes may be written."""

        def work(base: KnowledgeBase) -> shapes.State:
            counts = base.catalog.statistics()
            return {
                "notes": counts.notes,
                "passages": counts.passages,
                "notes_behind": base.notes_behind(),
                "may_write": base.settings.mcp.write == "on",
                "ignored_settings": [request.told for request in base.settings.withheld],
            }

        return await self._desk.answer("status", work, context)


def _search(base: KnowledgeBase, query: str, limit: int) -> shapes.Hits:
    return {"query": query, "hits": [_hit(base, one) for one in worth_showing(base.search(query, limit))]}


def _hit(base: KnowledgeBase, hit: Any) -> shapes.Hit:
    row = hit_json(hit)
    passage = hit.passage
    last = passage.line + passage.text.count("\n")
    try:
        warning = warning_in(base.note(passage.note_path), passage.line, last)
    except KbError:  # the note went a moment ago
        warning = ""
    return {
        "path": row["path"],
        "line": row["line"],
        "title": row["title"],
        "headings": list(passage.heading_path),
        "text": row["text"],
        "score": row["score"],
        "also_in": row["also_in"],
        "warning": warning,
    }


def _ask(
    base: KnowledgeBase, question: str, style: Any, cancellation: Cancellation, told: Told
) -> shapes.AnswerShape:
    for event in base.ask(question, cancellation, style=style):
        if cancellation.cancelled:
            break
        if isinstance(event, Step):
            told.tell(event.name)
        elif isinstance(event, SentenceChecked) and event.sentence.supported:
            told.tell(cite(event.sentence))
        elif isinstance(event, Finished):
            return cast(shapes.AnswerShape, answer_json(event.answer))
    return cast(shapes.AnswerShape, {})  # nobody waits for it any more


def read_lines(base: KnowledgeBase, name: str, first: int, last: int | None) -> shapes.NoteLines:
    """Lines `first` to `last` of a note, `MOST_LINES` at most. Raises UsageError where there is none of that name."""
    path = find_note(base, name)
    note = base.note(path)
    lines = note.text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    first = min(first, max(1, len(lines)))
    end = min(len(lines), first + MOST_LINES - 1, last if last is not None else len(lines))
    return {
        "path": path,
        "title": note.title,
        "first_line": first,
        "last_line": max(end, first),
        "lines": len(lines),
        "text": "\n".join(lines[first - 1 : end]),
        "warning": warning_in(note, first, max(end, first)),
    }
