"""Summarising as a mode: each reply names what to summarise; /save keeps the last one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from kb.plugin_api import Cancellation, Done, Event, KnowledgeBase, Said, Saved, Sources, Standing, Status
from kb_plugins.summarize.summarize import summarize
from kb_plugins.summarize.summary import Summary, as_note, sections


class SummarizeSession:
    """Holds the last summary, so that it can be saved."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._last: Summary | None = None

    def open(self, argument: str, cancellation: Cancellation, /) -> Iterator[Event]:
        """Summarise `argument`, or ask what."""
        if argument.strip():
            yield from self.reply(argument, cancellation)
        else:
            yield Said("What should I summarise? Name a note, folder/, #tag, search words or a period.")
            yield Done()

    def reply(self, text: str, cancellation: Cancellation, /) -> Iterator[Event]:
        """Summarise what `text` names."""
        command, _, name = text.strip().partition(" ")
        if command == "/quit":
            yield Done(ended=True)
        elif command == "/save":
            yield from self._save(name)
        else:
            for event in summarize(self._base, text, cancellation):
                if isinstance(event, Status):
                    yield event
                    continue
                self._last = event
                for block in sections(event):
                    yield Said(block)
                yield Sources(event.quotes)
                yield Standing(
                    "summary", len(event.points), 0, f"points, {event.figures}, {event.seconds:.1f} s"
                )
            yield Done()

    def close(self) -> None:
        """Nothing to let go of."""

    def _save(self, name: str) -> Iterator[Event]:
        if self._last is None:
            yield Said("There is no summary to save yet.")
        else:
            yield Saved(save(self._base, self._last, name))
        yield Done()


def save(base: KnowledgeBase, summary: Summary, name: str) -> Path:
    """Write `summary` as a new note called `name`, or by what it is of. Raises NoteExists."""
    plain = "".join(
        character for character in summary.label if character.isalnum() or character in " -_"
    ).strip()
    return base.files.create_note(name.strip() or f"Summaries/{plain}", as_note(summary, date.today()))
