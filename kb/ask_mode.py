"""Asking as a mode, so that front ends treat asking and studying alike."""

from __future__ import annotations

from collections.abc import Iterator

from kb.plugin_api import Cancellation, Done, Event, KnowledgeBase, Mode, Said, Sources, Status, safe_line


class AskSession:
    """Each reply is a question of its own."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base

    def open(self, argument: str, cancellation: Cancellation) -> Iterator[Event]:
        """Answer `argument`, if there is one."""
        if argument.strip():
            yield from self.reply(argument, cancellation)
        else:
            yield Done()

    def reply(self, text: str, cancellation: Cancellation) -> Iterator[Event]:
        """Answer the question `text`."""
        if not text.strip() or text.strip() == "/quit":
            yield Done(ended=bool(text.strip()))
            return
        from kb.answering.answer import cite
        from kb.answering.events import Finished, SentenceChecked, Step

        for event in self._base.ask(text, cancellation):
            if isinstance(event, Step):
                yield Status(event.name)
            elif isinstance(event, SentenceChecked) and event.sentence.supported:
                yield Said(cite(event.sentence))
            elif isinstance(event, Finished) and event.answer.abstained:
                near = "".join(f"\n- {safe_line(note.path)}:{note.line}" for note in event.answer.nearest)
                yield Said(
                    "Your notes do not hold the answer." + (f" Nearest notes:\n{near}" if near else "")
                )
            elif isinstance(event, Finished):
                yield Sources(event.answer.sources)
        yield Done()

    def close(self) -> None:
        """Nothing to let go of."""


ASK = Mode(
    name="ask",
    title="Ask",
    summary="Answers from your notes, with citations",
    argument="question",
    start=AskSession,
    commands={"/quit": "leave"},
)
